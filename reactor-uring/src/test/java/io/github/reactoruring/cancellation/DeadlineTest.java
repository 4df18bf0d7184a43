package io.github.reactoruring.cancellation;

import static io.github.reactoruring.testing.kernel.RawOperations.nop;
import static io.github.reactoruring.testing.kernel.RawOperations.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Publisher;

import io.github.reactoruring.Completion;
import io.github.reactoruring.UringCancelledException;
import io.github.reactoruring.UringStats;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.raw.Cancel;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.buffers.TrackedBuffers;
import io.github.reactoruring.testing.kernel.KernelSight;
import io.github.reactoruring.testing.kernel.KernelTrace;
import io.github.reactoruring.testing.kernel.NeedsTrace;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.kernel.RawPipe;

/** Gives requests deadlines, kept by the kernel's linked timeout. */
@NeedsUring
class DeadlineTest {

    private static final int PIPE_BYTES = 65_536;
    private static final Duration SOON = Duration.ofMillis(20);
    private static final Duration HOUR = Duration.ofHours(1);

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    private UringPipe pipe;

    @BeforeEach
    void makePipe() {
        pipe = ring.get().files().pipe().block();
    }

    @AfterEach
    void closePipe() {
        pipe.source().close().block();
        pipe.sink().close().block();
    }

    private static <T> Probe<T> start(Publisher<T> source) {
        Probe<T> probe = Probe.idle();
        source.subscribe(probe);
        return probe.request(1);
    }

    @Test
    void endsAPendingReadAndLeavesTheDataToTheNext() {
        Probe<ByteBuffer> late = start(pipe.source().withDeadline(SOON).read(10));

        assertThat(late.awaitError(TimeoutException.class)).hasMessageContaining("READ of")
                .hasMessageContaining("did not end within its deadline of PT0.02S");
        ring.awaitIdle();
        pipe.sink().write(ByteBuffer.wrap(new byte[]{1, 2, 3})).block();
        assertThat(pipe.source().read(10).block()).isEqualTo(ByteBuffer.wrap(new byte[]{1, 2, 3}));
        late.assertRules();
    }

    @Test
    void isForgottenWhenTheRequestEndsInTime() {
        Probe<ByteBuffer> read = start(pipe.source().withDeadline(HOUR).read(10));
        ring.awaitInFlight(2);
        pipe.sink().write(ByteBuffer.wrap(new byte[]{1})).block();

        read.awaitValues(1);
        ring.awaitIdle();
        assertThat(ring.get().stats().cancelSqes()).isZero();
    }

    @Test
    @NeedsTrace
    void isKeptByTheKernelAlone() {
        KernelSight sight;
        try (KernelTrace trace = KernelTrace.start()) {
            start(pipe.source().withDeadline(SOON).read(10)).awaitError(TimeoutException.class);
            ring.awaitIdle();
            sight = trace.stop();
        }
        assertThat(sight.submitted()).isEqualTo(Map.of("READ", 1, "LINK_TIMEOUT", 1));
        assertThat(sight.completed()).isEqualTo(Map.of("ECANCELED", 1, "ETIME", 1));
        assertThat(sight.unfinished()).isEmpty();
    }

    @Test
    void doesNotTouchARegularFileThatIsReadInTime(@TempDir Path directory) throws Exception {
        Path path = Files.write(directory.resolve("file"), new byte[]{1, 2, 3});
        UringFile file = ring.get().files().open(path, StandardOpenOption.READ, StandardOpenOption.WRITE).block();

        for (int i = 0; i < 100; i++) {
            assertThat(file.withDeadline(HOUR).readAt(1, 2).block()).isEqualTo(ByteBuffer.wrap(new byte[]{2, 3}));
            assertThat(file.withDeadline(HOUR).writeAt(3, ByteBuffer.wrap(new byte[]{4})).block()).isEqualTo(1);
        }
        ring.awaitIdle();
        file.close().block();
    }

    @Test
    void goesWithTheDisposal() {
        List<Probe<ByteBuffer>> reads = IntStream.range(0, 50)
                .mapToObj(i -> start(pipe.source().withDeadline(HOUR).read(1))).toList();
        ring.awaitInFlight(100);
        UringStats before = ring.get().stats();

        ring.get().batch(() -> reads.forEach(Probe::dispose));
        ring.awaitIdle();

        reads.forEach(Probe::assertSilent);
        UringStats after = ring.get().stats();
        assertThat(after.disposals() - before.disposals()).isEqualTo(50);
        assertThat(after.recancels()).as("a timer is not pursued").isEqualTo(before.recancels());
    }

    @Test
    void endsAWriteThatTheFullPipeTookInPart() {
        Probe<Long> write = start(
                pipe.sink().withDeadline(SOON).write(ByteBuffer.allocateDirect(PIPE_BYTES + 1000)));

        write.awaitError(TimeoutException.class);
        ring.awaitIdle();
        write.assertRules();
        assertThat(pipe.source().read(2 * PIPE_BYTES).block().remaining()).as("what was written by then")
                .isEqualTo(PIPE_BYTES);
    }

    @Test
    void aWriteInPartsGoesOnWhileThereIsTime() {
        Probe<Long> write = start(
                pipe.sink().withDeadline(HOUR).write(ByteBuffer.allocateDirect(3 * PIPE_BYTES)));
        int read = 0;
        while (read < 3 * PIPE_BYTES) {
            read += pipe.source().withDeadline(HOUR).read(PIPE_BYTES).block().remaining();
        }

        assertThat(write.awaitValues(1).values()).containsExactly(3L * PIPE_BYTES);
        ring.awaitIdle();
        assertThat(ring.get().stats().cancelSqes()).isZero();
    }

    @Test
    void isNotTakenForAnExplicitCancelNorTheOtherWayRound() {
        try (RawPipe raw = new RawPipe()) {
            Probe<Completion> cancelled = start(
                    ring.get().raw().submit(read(raw.source(), 1).userData(5).withDeadline(HOUR)));
            ring.awaitInFlight(2);
            assertThat(ring.get().raw().cancel(Cancel.userData(5)).block()).isZero();
            cancelled.awaitError(UringCancelledException.class);

            Probe<Completion> late = start(
                    ring.get().raw().submit(read(raw.source(), 1).userData(5).withDeadline(SOON)));
            late.awaitError(TimeoutException.class);
            ring.awaitIdle();
        }
    }

    @Test
    void ofANanosecondEndsEachRequestOneWay() {
        AtomicInteger ended = new AtomicInteger();
        for (int i = 0; i < 500; i++) {
            Probe<Completion> probe = start(ring.get().raw().submit(nop().withDeadline(Duration.ofNanos(1))));
            probe.awaitEnd().assertRules();
            ended.addAndGet(probe.isCompleted() && probe.values().size() == 1 ? 1 : 0);
            ended.addAndGet(probe.error() instanceof TimeoutException ? 1 : 0);
        }
        assertThat(ended).hasValue(500);
    }

    @Test
    void ofAnEternityIsTakenForALongTime() {
        assertThat(ring.get().raw().submit(nop().withDeadline(Duration.ofSeconds(Long.MAX_VALUE))).block().result())
                .isZero();
    }

    @Test
    void neitherLosesNorDoublesDataThatArrivesWithIt() {
        int values = 0;
        int timeouts = 0;
        try (TrackedBuffers buffers = new TrackedBuffers()) {
            for (int i = 0; i < 1000; i++) {
                long nanos = 20_000 + i % 50 * 4_000L;
                Probe<TrackedBuffers.Buffer> read = start(
                        pipe.source().withDeadline(Duration.ofNanos(nanos)).read(1, buffers));
                ring.get().timers().after(Duration.ofNanos(nanos - i % 7 * 3_000)).block();
                pipe.sink().write(ByteBuffer.wrap(new byte[]{(byte) i})).block();
                read.awaitEnd().assertRules();
                if (read.error() == null) {
                    values++;
                    read.values().forEach(TrackedBuffers.Buffer::release);
                } else {
                    assertThat(read.error()).isInstanceOf(TimeoutException.class);
                    timeouts++;
                    // Nobody took it: it is there.
                    assertThat(pipe.source().withDeadline(Duration.ofSeconds(10)).read(2).block())
                            .isEqualTo(ByteBuffer.wrap(new byte[]{(byte) i}));
                }
            }
            buffers.awaitNothingLeft();
        }
        assertThat(values + timeouts).isEqualTo(1000);
        ring.awaitIdle();
    }

    @Test
    void mustBeMoreThanZero() {
        for (Duration deadline : List.of(Duration.ZERO, Duration.ofMillis(-5))) {
            assertThatIllegalArgumentException().isThrownBy(() -> pipe.source().withDeadline(deadline))
                    .withMessageContaining("deadline must be more than zero, not " + deadline);
        }
    }

    @Test
    void isRefusedForAStream() {
        assertThatIllegalArgumentException().isThrownBy(() -> ring.get().raw().stream(nop().withDeadline(HOUR)))
                .withMessageContaining("use Flux.timeout");
    }
}
