package io.github.reactoruring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.Descriptors;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Runs the library as on older kernels, whose features are left unused. */
@NeedsUring
@ParameterizedClass
@ValueSource(strings = {"", "5.19", "6.0", "6.1", "6.6", "6.12"})
class KernelViewsTest {

    private final String view;
    private Map<String, Integer> descriptorsBefore;
    private Uring uring;

    KernelViewsTest(String view) {
        this.view = view;
    }

    @BeforeEach
    void open() {
        descriptorsBefore = Descriptors.open();
        uring = KernelUnderTest.build(Uring.builder("view").submissionEntries(64).completionEntries(1024), view);
    }

    @AfterEach
    void close() {
        uring.disposeLater().block();
        assertThat(uring.stats().staleCompletions()).isZero();
        assertThat(uring.stats().completed()).isEqualTo(uring.stats().submitted());
        Descriptors.awaitNoMoreThan(descriptorsBefore);
    }

    @Test
    void wakesForWorkFromOtherThreads() {
        for (int i = 0; i < 200; i++) {
            uring.raw().nop().block();
        }
        Flux.range(0, 5000).flatMap(i -> uring.raw().nop(), 500).blockLast();
        assertThat(uring.stats().submitted()).isEqualTo(5200);
    }

    @Test
    void readsAFile(@TempDir Path directory) throws Exception {
        Path file = Files.write(directory.resolve("file"), new byte[100_000]);

        assertThat(uring.files().read(file, ReadOptions.defaults().withChunkBytes(1000)).count().block())
                .isEqualTo(100);
    }

    @Test
    void writesReplacesAndTruncatesAFile(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("file");
        Flux<ByteBuffer> source = Flux.range(0, 100).map(i -> ByteBuffer.allocate(100));
        assertThat(uring.files().write(file, source).block()).isEqualTo(10_000);
        assertThat(uring.files().replace(file, source.take(3)).block()).isEqualTo(300);

        UringFile open = uring.files().open(file, StandardOpenOption.WRITE).block();
        Mono<Void> late = open.truncate(1);
        open.truncate(5).block();
        open.close().block();

        assertThat(file).hasSize(5);
        assertThatThrownBy(late::block).hasCauseInstanceOf(ClosedChannelException.class);
    }

    @Test
    void ticks() {
        assertThat(uring.timers().interval(Duration.ofMillis(1)).take(3).collectList().block())
                .containsExactly(0L, 1L, 2L);
    }

    @Test
    void cancelsABatchAndNothingElse() {
        UringPipe pipe = uring.files().pipe().block();
        List<Probe<ByteBuffer>> reads = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            Probe<ByteBuffer> read = Probe.idle();
            pipe.source().read(1).subscribe(read);
            reads.add(read.request(1));
        }
        Await.until("300 reads in flight", () -> uring.stats().inFlight() == 300);

        uring.batch(() -> reads.subList(0, 100).forEach(Probe::dispose));
        Await.until("200 reads in flight", () -> uring.stats().inFlight() == 200);
        pipe.sink().write(ByteBuffer.allocate(200)).block();

        reads.subList(100, 300).forEach(read -> assertThat(read.awaitEnd().values()).hasSize(1));
        reads.subList(0, 100).forEach(Probe::assertSilent);
        assertThat(uring.stats().cancelSqes()).isGreaterThanOrEqualTo(100);
    }

    @Test
    void coalescesABatchThatIsAllOfAFile() {
        UringPipe pipe = uring.files().pipe().block();
        List<Probe<ByteBuffer>> reads = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Probe<ByteBuffer> read = Probe.idle();
            pipe.source().read(1).subscribe(read);
            reads.add(read.request(1));
        }
        Await.until("200 reads in flight", () -> uring.stats().inFlight() == 200);

        uring.batch(() -> reads.forEach(Probe::dispose));
        Await.until("nothing in flight", () -> uring.stats().inFlight() == 0);

        assertThat(uring.stats().allCancelSqes()).isEqualTo(1);
        assertThat(uring.stats().recancels()).isZero();
        reads.forEach(Probe::assertSilent);
    }

    @Test
    void closesWithRequestsInFlight() {
        UringPipe pipe = uring.files().pipe().block();
        List<Probe<ByteBuffer>> reads = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Probe<ByteBuffer> read = Probe.idle();
            pipe.source().read(1).subscribe(read);
            reads.add(read.request(1));
        }
        Await.until("200 reads in flight", () -> uring.stats().inFlight() == 200);

        uring.disposeLater().block();

        reads.forEach(read -> read.assertRules().awaitError(UringCancelledException.class));
    }

    @Test
    void saysWhatTheKernelLacks() {
        if (view.equals("5.19")) {
            assertThat(uring.raw().supports(Opcode.SEND_ZC)).isFalse();
            assertThatThrownBy(() -> uring.raw().submit(Operation.of(Opcode.SEND_ZC)))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("SEND_ZC").hasMessageContaining("Linux 6.0");
        } else {
            assertThat(uring.raw().supports(Opcode.SEND_ZC)).isTrue();
        }
        if (!view.isEmpty()) {
            assertThat(uring.raw().supports(Opcode.PIPE)).isFalse();
        }
    }
}
