package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.github.reactoruring.UringCancelledException;
import io.github.reactoruring.UringException;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.Descriptors;
import reactor.core.publisher.Mono;

@NeedsUring
class PipeTest {

    private static final int PIPE_BYTES = 65_536;

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    private UringFile source;
    private UringFile sink;

    @BeforeEach
    void makePipe() {
        UringPipe pipe = ring.get().files().pipe().block();
        source = pipe.source();
        sink = pipe.sink();
        ring.awaitIdle();
    }

    private static <T> Probe<T> start(Mono<T> mono) {
        Probe<T> probe = Probe.idle();
        mono.subscribe(probe);
        return probe.request(1);
    }

    private static ByteBuffer bytes(int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length);
        for (int value : values) {
            buffer.put((byte) value);
        }
        return buffer.flip();
    }

    @Test
    void carriesWhatIsWritten() {
        assertThat(sink.write(bytes(1, 2, 3)).block()).isEqualTo(3);
        assertThat(source.read(2).block()).isEqualTo(bytes(1, 2));
        assertThat(source.read(10).block()).isEqualTo(bytes(3));
    }

    @Test
    void writesFromDirectMemoryAndLeavesTheBufferAsItWas() {
        ByteBuffer direct = ByteBuffer.allocateDirect(4).put(new byte[]{9, 8, 7, 6}).position(1);

        assertThat(sink.write(direct).block()).isEqualTo(3);

        assertThat(direct.position()).isEqualTo(1);
        assertThat(source.read(10).block()).isEqualTo(bytes(8, 7, 6));
        assertThat(sink.write(ByteBuffer.allocate(0)).block()).isZero();
    }

    @Test
    void aReadWaitsForData() {
        Probe<ByteBuffer> read = start(source.read(10));
        ring.awaitInFlight(1);
        read.assertSilent();

        sink.write(bytes(5)).block();

        assertThat(read.awaitEnd().values()).containsExactly(bytes(5));
    }

    @Test
    void aWriteOfMoreThanFitsGoesOnUntilAllIsTaken() {
        byte[] content = new byte[5 * PIPE_BYTES + 3];
        new Random(1).nextBytes(content);
        Probe<Long> write = start(sink.write(ByteBuffer.wrap(content)));

        ByteBuffer taken = ByteBuffer.allocate(content.length);
        while (taken.hasRemaining()) {
            taken.put(source.read(10_000).block());
        }

        assertThat(write.awaitEnd().values()).containsExactly((long) content.length);
        assertThat(taken.array()).isEqualTo(content);
    }

    @Test
    void aWriteDisposedOfHalfWayEndsThere() {
        Probe<Long> write = start(sink.write(ByteBuffer.allocate(3 * PIPE_BYTES)));
        ring.awaitInFlight(1);

        write.dispose();
        ring.awaitIdle();

        write.assertSilent();
        assertThat(source.read(4 * PIPE_BYTES).block().remaining()).isLessThanOrEqualTo(2 * PIPE_BYTES);
    }

    @Test
    void aWriteDisposedOfBetweenItsPartsEndsSilently() {
        Random random = new Random(3);
        for (int round = 0; round < 300; round++) {
            UringPipe pipe = ring.get().files().pipe().block();
            Probe<Long> write = start(pipe.sink().write(ByteBuffer.allocate(2 * PIPE_BYTES)));
            Probe<ByteBuffer> read = start(pipe.source().read(2 * PIPE_BYTES));
            for (int spin = random.nextInt(3_000); spin > 0; spin--) {
                Thread.onSpinWait();
            }
            write.dispose();
            pipe.sink().close().block();
            read.awaitEnd();
            pipe.source().close().block();
            ring.awaitIdle();

            assertThat(write.assertRules().error()).isNull();
        }
    }

    @Test
    void endsWhenItsSinkIsClosed() {
        Probe<ByteBuffer> read = start(source.read(10));
        ring.awaitInFlight(1);

        sink.close().block();

        assertThat(read.awaitEnd().values()).isEmpty();
        assertThat(read.isCompleted()).isTrue();
    }

    @Test
    void breaksWhenItsSourceIsClosed() {
        source.close().block();

        assertThat(start(sink.write(bytes(1))).awaitError(UringException.class).errnoName()).isEqualTo("EPIPE");
    }

    @Test
    void closingCancelsWhatIsInFlightAndCompletesAfterIt() {
        Probe<ByteBuffer> read = start(source.read(10));
        ring.awaitInFlight(1);

        source.close().block();

        assertThat(read.isTerminated()).as("told before the close completed").isTrue();
        assertThat(read.awaitError(UringCancelledException.class)).hasMessageContaining("its file");
        start(source.read(1)).awaitError(ClosedChannelException.class);
    }

    @Test
    void aDisposedReadTakesNoData() {
        Probe<ByteBuffer> disposed = start(source.read(10));
        ring.awaitInFlight(1);
        disposed.dispose();
        ring.awaitIdle();

        sink.write(bytes(1)).block();

        assertThat(source.read(10).block()).isEqualTo(bytes(1));
        disposed.assertSilent();
    }

    @Test
    void aPipeNobodyTakesIsNotMade() {
        Map<String, Integer> before = Descriptors.open();
        List<Probe<UringPipe>> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Probe<UringPipe> making = start(ring.get().files().pipe());
            making.dispose();
            all.add(making);
        }
        ring.awaitIdle();

        // Those that were quicker than their disposal have been handed over.
        all.forEach(making -> making.values()
                .forEach(pipe -> pipe.source().close().then(pipe.sink().close()).block()));
        assertThat(all).anyMatch(making -> making.values().isEmpty());
        Descriptors.awaitNoMoreThan(before);
    }
}
