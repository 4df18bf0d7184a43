package io.github.reactoruring.cancellation;

import static io.github.reactoruring.testing.kernel.RawOperations.POLLIN;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.Uring;
import io.github.reactoruring.UringBuilder;
import io.github.reactoruring.UringStats;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.kernel.KernelSight;
import io.github.reactoruring.testing.kernel.KernelTrace;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsTrace;
import io.github.reactoruring.testing.kernel.RawPipe;

/** Disposes of thousands at once, among thousands: what the policies make of it, by the kernel's trace. */
@NeedsTrace
class BulkDisposalTest {

    private static final Duration HOUR = Duration.ofHours(1);

    private interface Body {

        void run(Uring uring) throws Exception;
    }

    private static void with(UnaryOperator<UringBuilder> settings, Body body) throws Exception {
        Uring uring = settings.apply(Uring.builder("bulk").completionEntries(32_768).submissionEntries(4_096))
                .build();
        try {
            body.run(uring);
        } finally {
            uring.disposeLater().block();
            assertThat(uring.stats().staleCompletions()).isZero();
        }
    }

    private static <T> Probe<T> start(Publisher<T> source) {
        Probe<T> probe = Probe.idle();
        source.subscribe(probe);
        return probe.request(1);
    }

    private static void awaitInFlight(Uring uring, int count) {
        Await.until(count + " in flight", () -> uring.stats().inFlight() == count);
    }

    private static <T> List<Probe<T>> start(Uring uring, int count, Publisher<T> source) {
        List<Probe<T>> probes = new ArrayList<>(count);
        long before = uring.stats().inFlight();
        for (int i = 0; i < count; i++) {
            probes.add(start(source));
        }
        awaitInFlight(uring, (int) before + count);
        return probes;
    }

    /** Disposes of all in one batch, in another order, and returns what the kernel saw. */
    private static <T> KernelSight dispose(Uring uring, List<Probe<T>> probes) {
        List<Probe<T>> shuffled = new ArrayList<>(probes);
        Collections.shuffle(shuffled, new Random(1));
        int left = (int) uring.stats().inFlight() - probes.size();
        try (KernelTrace trace = KernelTrace.start()) {
            uring.batch(() -> shuffled.forEach(Probe::dispose));
            awaitInFlight(uring, left);
            probes.forEach(Probe::assertSilent);
            KernelSight sight = trace.stop();
            assertThat(sight.lost()).isZero();
            return sight;
        }
    }

    @Test
    void fiveThousandTimersAreOneCancel() throws Exception {
        KernelUnderTest.assume(RingFeature.CANCEL_OP);
        with(builder -> builder, uring -> {
            KernelSight sight = dispose(uring, start(uring, 5000, uring.timers().after(HOUR)));

            assertThat(sight.submitted("ASYNC_CANCEL")).isEqualTo(1);
            assertThat(sight.cancels()).containsExactly(Map.entry("found 5000", 1));
        });
    }

    @Test
    void timersAreCancelledOneByOneWhenSomeAreKept() throws Exception {
        with(builder -> builder, uring -> {
            List<Probe<Long>> kept = start(uring, 10, uring.timers().after(Duration.ofMillis(400)));
            List<Probe<Long>> disposed = start(uring, 300, uring.timers().after(HOUR));

            KernelSight sight = dispose(uring, disposed);

            // Those that keep their time may have passed already: then one cancel is exact.
            assertThat(sight.submitted("ASYNC_CANCEL")).isIn(300, 1);
            kept.forEach(timer -> timer.awaitValues(1).awaitEnd());
        });
    }

    @Test
    void fiveThousandTimersGoOneByOneWhereTheKernelMatchesNoOpcode() throws Exception {
        Uring old = KernelUnderTest.build(Uring.builder("old"), "6.1");
        try {
            KernelSight sight = dispose(old, start(old, 5000, old.timers().after(HOUR)));

            assertThat(sight.submitted("ASYNC_CANCEL")).isEqualTo(5000);
        } finally {
            old.disposeLater().block();
        }
    }

    @Test
    void fiveThousandReadsOfAPipeAreOneCancelWhateverItCosts() throws Exception {
        KernelUnderTest.assume(RingFeature.CANCEL_ALL_FD_ANY);
        with(builder -> builder.cancelPolicy(CancelPolicy.always()), uring -> {
            UringPipe pipe = uring.files().pipe().block();
            KernelSight sight = dispose(uring, start(uring, 5000, pipe.source().read(1)));

            assertThat(sight.submitted("ASYNC_CANCEL")).isEqualTo(1);
            assertThat(sight.cancels()).containsExactly(Map.entry("found 5000", 1));
        });
    }

    @Test
    void fiveThousandReadsOfAPipeAreOneByOneWithinTheStallBudget() throws Exception {
        with(builder -> builder, uring -> {
            UringPipe pipe = uring.files().pipe().block();
            KernelSight sight = dispose(uring, start(uring, 5000, pipe.source().read(1)));

            // As soon as few enough are left for the budget, those are one.
            assertThat(sight.submitted("ASYNC_CANCEL")).isBetween(4000, 5000);
            assertThat(uring.stats().cancelled()).isEqualTo(5000);
        });
    }

    @Test
    void sixtyFourAmongSixteenThousandAreOneByOne() throws Exception {
        with(builder -> builder, uring -> {
            UringPipe crowded = uring.files().pipe().block();
            UringPipe pipe = uring.files().pipe().block();
            List<Probe<ByteBuffer>> others = start(uring, 16_000, crowded.source().read(1));
            UringStats before = uring.stats();

            KernelSight sight = dispose(uring, start(uring, 64, pipe.source().read(1)));

            assertThat(sight.submitted("ASYNC_CANCEL")).isEqualTo(64);
            assertThat(uring.stats().allCancelSqes()).isEqualTo(before.allCancelSqes());
            others.forEach(Probe::assertSilent);
            crowded.sink().write(ByteBuffer.allocate(16_000)).block();
            Await.until("the others to be fed", () -> others.stream().allMatch(Probe::isCompleted));
        });
    }

    @Test
    void pollsOfAForeignDescriptorAreNeverCancelledByIt() throws Exception {
        with(builder -> builder, uring -> {
            try (RawPipe pipe = new RawPipe()) {
                List<Probe<Integer>> kept = start(uring, 10, uring.raw().poll(pipe.source(), POLLIN));
                KernelSight sight = dispose(uring, start(uring, 10, uring.raw().poll(pipe.source(), POLLIN)));

                assertThat(sight.submitted("ASYNC_CANCEL")).isEqualTo(10);
                kept.forEach(Probe::assertSilent);
                pipe.write(1);
                kept.forEach(poll -> poll.awaitValues(1));
            }
        });
    }
}
