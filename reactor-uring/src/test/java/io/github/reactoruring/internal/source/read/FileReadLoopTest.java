package io.github.reactoruring.internal.source.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;

import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.internal.ring.scripted.CheckedBuffers;
import io.github.reactoruring.internal.ring.scripted.KernelBehaviour;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.testing.ScriptedLoop;
import reactor.core.CoreSubscriber;
import reactor.test.subscriber.TestSubscriber;

/** Holds the file source to its order, its bounds and its buffers, whatever the kernel does. */
@Tag("fault")
class FileReadLoopTest {

    private static final int CHUNK = 64;
    private static final int SIZE = 10 * CHUNK + 7;

    @TempDir
    static Path directory;

    private final ScriptedLoop under = ScriptedLoop.open();
    private final CheckedBuffers buffers = new CheckedBuffers(under.ring());
    private final SlowDisk disk = new SlowDisk();
    private final byte[] content = new byte[SIZE];
    private Path file;

    /** Keeps regular reads with the device, and transfers less than asked where the test wants. */
    private static final class SlowDisk extends KernelBehaviour {

        private int most = Integer.MAX_VALUE;
        private boolean slowOpen;

        @Override
        protected Place place(KernelRequest request) {
            return switch (request.opcode()) {
                case IoUringAbi.IORING_OP_READ -> Place.DEVICE;
                // Not a worker's, even where this machine has a slow filesystem mounted.
                case IoUringAbi.IORING_OP_OPENAT -> slowOpen ? Place.DEVICE : Place.OVER;
                default -> super.place(request);
            };
        }

        @Override
        protected int transfer(KernelRequest request, int bytes) {
            return Math.min(bytes, most);
        }
    }

    @BeforeEach
    void writeFile() throws IOException {
        new Random(1).nextBytes(content);
        file = Files.createTempFile(directory, "read", "");
        Files.write(file, content);
        under.ring().behaviour(disk);
    }

    @AfterEach
    void nothingIsLeft() {
        under.close();
        assertThat(buffers.openLeases()).as("leases left").isZero();
        assertThat(under.ring().files().stillOpen()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, CHUNK - 1, CHUNK})
    void shortReadsAreProgress(int most) {
        disk.most = most;
        TestSubscriber<CheckedBuffers.Buffer> subscriber = read(Long.MAX_VALUE);
        under.turnUntil("the end", subscriber::isTerminated);

        assertComplete(subscriber, content);
        assertThat(subscriber.getReceivedOnNext()).hasSize(11)
                .allMatch(buffer -> buffer.bytes().length == CHUNK || buffer.bytes().length == 7);
    }

    @Test
    void chunksAreEmittedInOrderWhateverTheOrderOfTheirEnd() {
        TestSubscriber<CheckedBuffers.Buffer> subscriber = read(Long.MAX_VALUE);
        under.turns(3);
        List<KernelRequest> reads = reads();
        assertThat(reads).hasSizeGreaterThan(3);
        for (KernelRequest read : reads.reversed()) {
            under.ring().kernel().complete(read);
            under.turn();
        }
        under.turnUntil("the end", subscriber::isTerminated);
        assertComplete(subscriber, content);
    }

    @Test
    void noMoreIsInFlightOrBufferedThanWasRequested() {
        TestSubscriber<CheckedBuffers.Buffer> subscriber = read(0);
        under.turns(3);
        assertThat(under.ring().taken()).as("SQEs before demand").isEmpty();
        subscriber.request(2);
        under.turns(5);
        assertThat(reads()).hasSize(2);
        under.ring().kernel().complete(reads().getLast());
        under.turns(3);
        assertThat(reads()).as("one is buffered").hasSize(1);
        under.ring().kernel().complete(reads().getFirst());
        under.turns(3);
        assertThat(reads()).isEmpty();
        assertThat(subscriber.getReceivedOnNext()).hasSize(2);
        subscriber.cancel();
        under.turns(3);
    }

    @Test
    void theReadAheadBoundsWhatIsInFlight() {
        TestSubscriber<CheckedBuffers.Buffer> subscriber = read(Long.MAX_VALUE, 3 * CHUNK);
        under.turns(5);
        assertThat(reads()).hasSize(3);
        under.turnUntil("the end", subscriber::isTerminated);
        assertComplete(subscriber, content);
    }

    @Test
    void aFileThatShrinksEndsEarly() {
        TestSubscriber<CheckedBuffers.Buffer> subscriber = read(Long.MAX_VALUE);
        under.turns(3);
        byte[] shorter = Arrays.copyOf(content, 3 * CHUNK + 5);
        reads().forEach(read -> read.file().content(shorter));
        under.turnUntil("the end", subscriber::isTerminated);

        assertComplete(subscriber, shorter);
        under.turns(3);
    }

    @Test
    void anErrorEndsItAfterWhatCameBefore() {
        TestSubscriber<CheckedBuffers.Buffer> subscriber = read(Long.MAX_VALUE);
        under.turns(3);
        List<KernelRequest> reads = reads();
        under.ring().kernel().complete(reads.get(1), -Errno.EIO, 0);
        under.ring().kernel().complete(reads.get(2));
        under.turns(2);
        assertThat(subscriber.isTerminated()).isFalse();
        under.ring().kernel().complete(reads.get(0));
        under.turns(2);

        assertThat(subscriber.getReceivedOnNext()).hasSize(1);
        assertThat(subscriber.isTerminatedError()).isTrue();
        assertThat(buffers.filled()).isEqualTo(1);
        under.turnUntil("the reads over", () -> reads().isEmpty());
    }

    @Test
    void buffersOfDisposedReadsLiveUntilTheKernelIsDone() {
        TestSubscriber<CheckedBuffers.Buffer> subscriber = read(Long.MAX_VALUE);
        under.turns(3);
        int inFlight = reads().size();
        subscriber.cancel();
        under.turns(5);
        assertThat(buffers.openLeases()).isEqualTo(inFlight);
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_CLOSE)).isEmpty();

        for (KernelRequest read : reads()) {
            under.ring().kernel().scribble(read);
            under.ring().kernel().complete(read);
            under.turn();
        }
        under.turns(2);
        assertThat(buffers.openLeases()).isZero();
        assertThat(buffers.filled()).isZero();
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_CLOSE)).hasSize(1);
        assertThat(subscriber.getReceivedOnNext()).isEmpty();
    }

    @Test
    void chunksThatWereReadAndNotEmittedAreReleased() {
        TestSubscriber<CheckedBuffers.Buffer> subscriber = read(4);
        under.turns(3);
        reads().stream().skip(1).forEach(read -> under.ring().kernel().complete(read));
        under.turns(2);
        assertThat(buffers.openLeases()).isEqualTo(4);
        subscriber.cancel();
        under.turns(2);
        assertThat(buffers.openLeases()).isEqualTo(1);
        under.ring().kernel().complete(reads().getFirst());
        under.turns(3);
    }

    @Test
    void aDescriptorThatArrivesAfterTheDisposalIsClosed() {
        disk.slowOpen = true;
        TestSubscriber<CheckedBuffers.Buffer> subscriber = read(1);
        under.turns(2);
        subscriber.cancel();
        under.turns(2);
        KernelRequest open = under.only();
        under.ring().kernel().complete(open);
        under.turns(3);

        assertThat(under.ring().taken(IoUringAbi.IORING_OP_CLOSE)).hasSize(1);
        assertThat(buffers.leases()).isZero();
    }

    @Test
    void aFileThatCannotBeOpenedIsAnError() {
        TestSubscriber<CheckedBuffers.Buffer> subscriber = TestSubscriber.create();
        FileReadFlux
                .create(under.loop(), directory.resolve("missing").toString(), ReadOptions.defaults(),
                        buffers)
                .subscribe(subscriber);
        under.turns(3);
        assertThat(subscriber.expectTerminalError()).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aReadThatIsToBeContinuedWhenTheLoopClosesReleasesItsBuffer() {
        disk.most = 10;
        TestSubscriber<CheckedBuffers.Buffer> subscriber = read(1);
        under.turns(3);
        under.ring().kernel().complete(reads().getFirst());
        // The continuation is queued in the turn that finds the loop closing.
        under.turn();
        under.loop().close(1_000_000_000);
        under.turnUntil("the loop over", under::isOver);

        assertThat(subscriber.expectTerminalError()).isInstanceOf(Exception.class);
        assertThat(buffers.openLeases()).isZero();
    }

    @Test
    void aSubscriberThatThrowsLeavesNothingOpen() {
        FileReadFlux.create(under.loop(), file.toString(), options(4 * CHUNK), buffers)
                .subscribe(new RudeSubscriber());
        TestSubscriber<CheckedBuffers.Buffer> other = read(Long.MAX_VALUE);
        under.turnUntil("the other's end", other::isTerminated);
        under.turnUntil("the files closed", () -> under.ring().files().stillOpen().isEmpty());

        assertComplete(other, content);
        assertThat(buffers.openLeases()).isZero();
    }

    private static final class RudeSubscriber implements CoreSubscriber<CheckedBuffers.Buffer> {

        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(CheckedBuffers.Buffer buffer) {
            throw new IllegalStateException("a subscriber's own");
        }

        @Override
        public void onError(Throwable error) {
            throw new IllegalStateException(error);
        }

        @Override
        public void onComplete() {
        }
    }

    private TestSubscriber<CheckedBuffers.Buffer> read(long demand) {
        return read(demand, 8 * CHUNK);
    }

    private TestSubscriber<CheckedBuffers.Buffer> read(long demand, int readAhead) {
        TestSubscriber<CheckedBuffers.Buffer> subscriber = TestSubscriber.builder().initialRequest(demand).build();
        FileReadFlux.create(under.loop(), file.toString(), options(readAhead), buffers)
                .subscribe(subscriber);
        return subscriber;
    }

    private static ReadOptions options(int readAhead) {
        return ReadOptions.defaults().withChunkBytes(CHUNK).withReadAheadBytes(readAhead);
    }

    private List<KernelRequest> reads() {
        return under.ring().inFlight(IoUringAbi.IORING_OP_READ);
    }

    private static void assertComplete(TestSubscriber<CheckedBuffers.Buffer> subscriber, byte[] expected) {
        assertThat(subscriber.isTerminatedComplete()).isTrue();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        subscriber.getReceivedOnNext().forEach(buffer -> all.writeBytes(buffer.bytes()));
        assertThat(all.toByteArray()).isEqualTo(expected);
    }
}
