package io.github.reactoruring.internal.ring;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_CQE_F_MORE;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_LINK_TIMEOUT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_TIMEOUT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_POLL_ADD_MULTI;
import static io.github.reactoruring.internal.sys.IoUringAbi.IOSQE_IO_LINK;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;

import io.github.reactoruring.internal.sys.Errno;

/** States how a ring submits, waits and completes, whoever is behind it: the kernel, or the one the tests wrote. */
public abstract class RingContract extends RingFixture {

    @Test
    void aNopMakesARoundTrip() {
        stageNop(7);
        assertThat(ring.enter(true, 1, SECOND)).isEqualTo(1);
        assertThat(collect()).containsExactlyEntriesOf(Map.of(7L, List.of(0)));
    }

    @Test
    void aFullQueueGivesNoSqe() {
        LongStream.range(0, SUBMISSIONS).forEach(this::stageNop);
        assertThat(ring.nextSqe()).isNull();
        assertThat(ring.freeSqes()).isZero();
        assertThat(ring.staged()).isEqualTo(SUBMISSIONS);

        assertThat(ring.enter(true, 0, -1)).isEqualTo(SUBMISSIONS);
        assertThat(ring.staged()).isZero();
        assertThat(ring.freeSqes()).isEqualTo(SUBMISSIONS);
    }

    @Test
    void anEnterThatSubmitsNothingLeavesTheStagedOnes() {
        stageNop(1);
        assertThat(ring.enter(false, 0, -1)).isZero();
        assertThat(ring.staged()).isEqualTo(1);
        assertThat(collect()).isEmpty();
    }

    @Test
    void completionsComeInTheOrderOfWhatIsDoneAtOnce() {
        LongStream.range(0, 10).forEach(this::stageNop);
        ring.enter(true, 10, SECOND);
        assertThat(ring.reap(batch)).isEqualTo(10);
        assertThat(LongStream.range(0, 10).map(i -> batch.userData((int) i))).containsExactly(0L, 1L, 2L, 3L, 4L, 5L,
                6L, 7L, 8L, 9L);
        batch.clear();
    }

    @Test
    void aWaitEndsWithItsTime() {
        assertThat(ring.enter(true, 1, MILLISECOND)).isEqualTo(-Errno.ETIME);
    }

    @Test
    void aWaitThatTimesOutTellsWhatWasSubmittedInstead() {
        stagePoll(1, quietDescriptor());
        assertThat(ring.enter(true, 1, MILLISECOND)).isEqualTo(1);
    }

    @Test
    void wakingEndsTheWait() {
        assertThat(ring.armWake()).isTrue();
        CompletableFuture.runAsync(ring::wake).join();
        assertThat(ring.enter(true, 1, 10 * SECOND)).isNotNegative();
        assertThat(collectFlags()).hasEntrySatisfying(WAKE,
                flags -> assertThat(flags & IORING_CQE_F_MORE).isNotZero());
    }

    @Test
    void aWakeUpIsToldOnce() {
        for (int round = 0; round < 3; round++) {
            assertThat(ring.armWake()).isTrue();
            ring.wake();
            assertThat(ring.enter(true, 1, 10 * SECOND)).isNotNegative();
            assertThat(collect()).containsOnlyKeys(WAKE);
            assertThat(ring.enter(true, 1, MILLISECOND)).as("a wait after it").isEqualTo(-Errno.ETIME);
        }
    }

    @Test
    void aFullQueueHasNoRoomForWhatWakeUpsNeed() {
        LongStream.range(0, SUBMISSIONS).forEach(this::stageNop);
        boolean armed = ring.armWake();
        assertThat(ring.ownInFlight() == 0 || armed).isTrue();
        assertThat(ring.enter(true, SUBMISSIONS, SECOND)).isEqualTo(SUBMISSIONS);
        collect();

        assertThat(ring.armWake()).isTrue();
        assertThat(ring.staged()).as("nothing if nothing is needed").isEqualTo(armed ? 0 : 1);
        assertThat(ring.ownInFlight()).isEqualTo(ring.staged());
        CompletableFuture.runAsync(ring::wake).join();
        assertThat(ring.enter(true, 1, 10 * SECOND)).isNotNegative();
        assertThat(collect()).containsOnlyKeys(WAKE);
    }

    @Test
    void anOverflowIsHeldBackUntilThereIsRoom() {
        for (int round = 0; round < 3; round++) {
            LongStream.range(round * SUBMISSIONS, (round + 1) * SUBMISSIONS).forEach(this::stageNop);
            assertThat(ring.enter(true, 0, -1)).isEqualTo(SUBMISSIONS);
        }
        assertThat(ring.overflowed()).isTrue();
        Map<Long, List<Integer>> first = collect();
        assertThat(first).hasSize(COMPLETIONS);

        assertThat(ring.enter(false, 0, -1)).isZero();
        assertThat(ring.overflowed()).isFalse();
        assertThat(collect()).hasSize(3 * SUBMISSIONS - COMPLETIONS);
    }

    @Test
    void aMultishotPollGivesMoreThanOnce() {
        int descriptor = quietDescriptor();
        stagePoll(1, descriptor).len(IORING_POLL_ADD_MULTI);
        ring.enter(true, 0, -1);
        for (int i = 0; i < 3; i++) {
            makeReady(descriptor);
            ring.enter(false, 1, SECOND);
            assertThat(collectFlags()).hasEntrySatisfying(1L,
                    flags -> assertThat(flags & IORING_CQE_F_MORE).isNotZero());
        }
    }

    // ---- Timers and links

    @Test
    void aTimerEndsWithEtime() {
        stageTimer(1, IORING_OP_TIMEOUT, MILLISECOND);
        ring.enter(true, 0, -1);
        assertThat(collect(1)).containsExactlyEntriesOf(Map.of(1L, List.of(-Errno.ETIME)));
    }

    @Test
    void aLinkedRequestWaitsForItsHead() {
        int descriptor = quietDescriptor();
        stagePoll(1, descriptor).flags(IOSQE_IO_LINK);
        stageNop(2);
        ring.enter(true, 0, -1);
        assertThat(collect()).isEmpty();
        makeReady(descriptor);
        assertThat(collect(2)).containsOnlyKeys(1L, 2L);
    }

    @Test
    void aLinkedRequestFailsWithItsHead() {
        stagePoll(1, quietDescriptor()).flags(IOSQE_IO_LINK);
        stageNop(2);
        stageCancel(1, -1, 0, 0).userData(3);
        ring.enter(true, 0, -1);
        assertThat(collect(3)).containsOnly(Map.entry(1L, List.of(-Errno.ECANCELED)),
                Map.entry(2L, List.of(-Errno.ECANCELED)), Map.entry(3L, List.of(0)));
    }

    @Test
    void theTailOfALinkIsNotFound() {
        stagePoll(1, quietDescriptor()).flags(IOSQE_IO_LINK);
        stageNop(2);
        stageCancel(2, -1, 0, 0).userData(3);
        ring.enter(true, 0, -1);
        assertThat(collect(1)).containsExactlyEntriesOf(Map.of(3L, List.of(-Errno.ENOENT)));
    }

    @Test
    void aLinkedTimeoutEndsItsHead() {
        stagePoll(1, quietDescriptor()).flags(IOSQE_IO_LINK);
        stageTimer(2, IORING_OP_LINK_TIMEOUT, MILLISECOND);
        ring.enter(true, 0, -1);
        assertThat(collect(2)).containsOnly(Map.entry(1L, List.of(-Errno.ECANCELED)),
                Map.entry(2L, List.of(-Errno.ETIME)));
    }

    @Test
    void aLinkedTimeoutIsCancelledWhenItsHeadEnds() {
        int descriptor = quietDescriptor();
        stagePoll(1, descriptor).flags(IOSQE_IO_LINK);
        stageTimer(2, IORING_OP_LINK_TIMEOUT, 100 * SECOND);
        ring.enter(true, 0, -1);
        makeReady(descriptor);
        assertThat(collect(2)).containsOnly(Map.entry(1L, List.of(POLLIN)), Map.entry(2L, List.of(-Errno.ECANCELED)));
    }

    @Test
    void aLinkedTimeoutWithoutAHeadIsRefused() {
        stageTimer(2, IORING_OP_LINK_TIMEOUT, SECOND);
        ring.enter(true, 0, -1);
        assertThat(collect(1)).containsExactlyEntriesOf(Map.of(2L, List.of(-Errno.EINVAL)));
    }
}
