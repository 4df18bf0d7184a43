package io.github.reactoruring.cancellation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

import org.junit.jupiter.api.Test;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.Uring;
import io.github.reactoruring.UringStats;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.kernel.KernelSight;
import io.github.reactoruring.testing.kernel.KernelTrace;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsTrace;

/** Asks the kernel's trace how many cancels each policy made of a batch. */
@NeedsTrace
class CancelPoliciesTest {

    /** Disposes of {@code count} reads of one pipe together, which all end, and returns what the kernel saw. */
    private static KernelSight disposeTogether(CancelPolicy policy, int count) {
        Uring uring = Uring.builder("policy").cancelPolicy(policy).build();
        try (KernelTrace trace = KernelTrace.start()) {
            PipeReads reads = PipeReads.start(uring, count);
            uring.batch(reads::dispose);
            Await.until("all reads gone", () -> uring.stats().inFlight() == 0);

            KernelSight sight = trace.stop();
            UringStats stats = uring.stats();
            reads.assertSilent();
            assertThat(sight.lost()).isZero();
            assertThat(sight.unfinished()).isEmpty();
            assertThat(sight.completed("ECANCELED")).isEqualTo(count);
            assertThat(stats.cancelSqes()).isEqualTo(sight.submitted("ASYNC_CANCEL"));
            assertThat(stats.cancelled()).isEqualTo(count);
            assertThat(stats.staleCompletions()).isZero();
            return sight;
        } finally {
            uring.disposeLater().block();
        }
    }

    @Test
    void theDefaultMakesOneCancelOf200() {
        KernelUnderTest.assume(RingFeature.CANCEL_ALL_FD_ANY);
        KernelSight sight = disposeTogether(CancelPolicy.coalesce(), 200);

        assertThat(sight.submitted("ASYNC_CANCEL")).isEqualTo(1);
        assertThat(sight.cancels()).isEqualTo(Map.of("found 200", 1));
    }

    @Test
    void theDefaultStallsNobodyFor5000() {
        KernelSight sight = disposeTogether(CancelPolicy.coalesce(), 5000);

        // Some 250 a turn go one by one, until what is left fits the budget: 254 requests take (254 / 2 + 1) × 254 visits.
        assertThat(sight.submitted("ASYNC_CANCEL")).isGreaterThanOrEqualTo(5000 - 254);
        assertThat(sight.cancels().keySet()).allSatisfy(
                said -> assertThat(Integer.parseInt(said.replace("found ", ""))).isLessThanOrEqualTo(254));
    }

    @Test
    void perRequestMakes200CancelsOf200() {
        assertThat(disposeTogether(CancelPolicy.perRequest(), 200).submitted("ASYNC_CANCEL")).isEqualTo(200);
    }

    @Test
    void alwaysMakesOneCancelOf5000() {
        KernelUnderTest.assume(RingFeature.CANCEL_ALL_FD_ANY);
        KernelSight sight = disposeTogether(CancelPolicy.always(), 5000);

        assertThat(sight.submitted("ASYNC_CANCEL")).isEqualTo(1);
        assertThat(sight.cancels()).isEqualTo(Map.of("found 5000", 1));
    }

    @Test
    void aBudgetOfTheUsersIsKept() {
        KernelUnderTest.assume(RingFeature.CANCEL_ALL_FD_ANY);
        // 100 among 100 take (100 / 2 + 1) × 100 visits; the poll by which older kernels wake the loop is one more.
        // Planning counts for 8 each.
        int visits = (100 / 2 + 1) * (KernelUnderTest.has(RingFeature.SEND_MSG_RING) ? 100 : 101) + 8 * 100;
        assertThat(disposeTogether(CancelPolicy.coalesce(visits), 100).submitted("ASYNC_CANCEL")).isEqualTo(1);
        assertThat(disposeTogether(CancelPolicy.coalesce(visits - 1), 100).submitted("ASYNC_CANCEL")).isEqualTo(100);
        assertThat(disposeTogether(CancelPolicy.coalesce(0), 100).submitted("ASYNC_CANCEL")).isEqualTo(100);
    }
}
