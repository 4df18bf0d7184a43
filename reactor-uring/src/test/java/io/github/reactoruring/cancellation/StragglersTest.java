package io.github.reactoruring.cancellation;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.Completion;
import io.github.reactoruring.Uring;
import io.github.reactoruring.UringStats;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.kernel.KernelSight;
import io.github.reactoruring.testing.kernel.KernelTrace;
import io.github.reactoruring.testing.kernel.NeedsTrace;
import io.github.reactoruring.testing.kernel.RawPipe;

/** Disposes of what the kernel does not find at once, or of more than fits a queue, and waits until all of it is gone. */
@NeedsTrace
class StragglersTest {

    private static final int ASYNC = 16;

    static List<CancelPolicy> policies() {
        return List.of(CancelPolicy.coalesce(), CancelPolicy.always(), CancelPolicy.perRequest());
    }

    @ParameterizedTest
    @MethodSource("policies")
    void everyForcedAsyncReadGetsItsFinalCompletion(CancelPolicy policy) {
        int count = 1024;
        Uring uring = Uring.builder("async").cancelPolicy(policy).build();
        try (RawPipe pipe = new RawPipe(); KernelTrace trace = KernelTrace.start()) {
            AtomicInteger released = new AtomicInteger();
            Operation read = Operation.of(Opcode.READ).flags(ASYNC).fd(pipe.source())
                    .buffer(Arena.ofAuto().allocate(1)).onRelease(released::incrementAndGet);
            List<Probe<Completion>> reads = start(uring, read, count);
            // At once: some are queued for a worker, some run there, some wait to be polled.
            uring.batch(() -> reads.forEach(Probe::dispose));
            awaitGone(uring);

            reads.forEach(Probe::assertSilent);
            assertThat(released).as("each once").hasValue(count);
            KernelSight sight = trace.stop();
            assertThat(sight.unfinished()).isEmpty();
            assertThat(sight.doubled()).isZero();
            UringStats stats = uring.stats();
            assertThat(stats.dropped() + stats.cancelled() + stats.lateCompletions()).isEqualTo(count);
            assertThat(sight.submitted("READ")).isEqualTo((int) (count - stats.dropped()));
        } finally {
            uring.disposeLater().block();
        }
    }

    @ParameterizedTest
    @MethodSource("policies")
    void tenTimesWhatTheSubmissionQueueHoldsIsGone(CancelPolicy policy) {
        Uring uring = Uring.builder("full").submissionEntries(64).completionEntries(1024).cancelPolicy(policy).build();
        try (KernelTrace trace = KernelTrace.start()) {
            PipeReads reads = PipeReads.start(uring, 640);

            uring.batch(reads::dispose);
            awaitGone(uring);

            reads.assertSilent();
            KernelSight sight = trace.stop();
            assertThat(sight.unfinished()).isEmpty();
            assertThat(sight.doubled()).isZero();
            assertThat(sight.completed("ECANCELED")).isEqualTo(640);
            assertThat(uring.stats().cancelled()).isEqualTo(640);
        } finally {
            uring.disposeLater().block();
        }
    }

    /** Nobody knows when they end, so they take no room of those that end by themselves. */
    @Test
    void moreThanTheCompletionQueueHoldsMayWaitForAPeer() {
        Uring uring = Uring.builder("small").submissionEntries(16).completionEntries(32).build();
        try (RawPipe pipe = new RawPipe(); KernelTrace trace = KernelTrace.start()) {
            Operation read = Operation.of(Opcode.READ).fd(pipe.source()).buffer(Arena.ofAuto().allocate(1));
            List<Probe<Completion>> reads = start(uring, read, 32 + 200);
            Await.until("all in flight", () -> uring.stats().inFlight() == 232);

            uring.batch(() -> reads.subList(0, 150).forEach(Probe::dispose));
            Await.until("the others in flight", () -> uring.stats().inFlight() == 82);
            pipe.write(new int[82]);

            reads.subList(150, 232).forEach(other -> assertThat(other.awaitEnd().values()).hasSize(1));
            awaitGone(uring);
            reads.subList(0, 150).forEach(Probe::assertSilent);
            KernelSight sight = trace.stop();
            assertThat(sight.unfinished()).isEmpty();
            assertThat(sight.doubled()).isZero();
            assertThat(uring.stats().dropped()).isZero();
            assertThat(sight.completed("ECANCELED")).isEqualTo(150);
        } finally {
            uring.disposeLater().block();
        }
    }

    private static List<Probe<Completion>> start(Uring uring, Operation operation, int count) {
        List<Probe<Completion>> started = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Probe<Completion> probe = Probe.idle();
            uring.raw().submit(operation).subscribe(probe);
            started.add(probe.request(1));
        }
        return started;
    }

    private static void awaitGone(Uring uring) {
        // Until the loop has come round to what was submitted before, nothing is in flight either.
        uring.raw().nop().block();
        Await.until(Duration.ofSeconds(30), () -> "all gone, but " + uring.stats(),
                () -> uring.stats().inFlight() == 0 && uring.stats().submitted() == uring.stats().completed());
        // The last is released after it was counted.
        uring.raw().nop().block();
    }
}
