package io.github.reactoruring.internal.ring;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_ALL;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_ANY;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_FD;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_OP;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_CLOSE;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_POLL_ADD;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_TIMEOUT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IOSQE_CQE_SKIP_SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;

import io.github.reactoruring.internal.sys.Errno;

/** States what every form of ASYNC_CANCEL does, whoever is behind the ring. */
public abstract class CancelContract extends RingFixture {

    @Test
    void aCancelByUserDataEndsItsTarget() {
        stagePoll(1, quietDescriptor());
        stageCancel(1, -1, 0, 0).userData(2);
        ring.enter(true, 2, SECOND);
        assertThat(collect()).containsOnly(Map.entry(1L, List.of(-Errno.ECANCELED)), Map.entry(2L, List.of(0)));
    }

    @Test
    void aCancelByUserDataEndsATimer() {
        stageTimer(1, IORING_OP_TIMEOUT, 100 * SECOND);
        stageCancel(1, -1, 0, 0).userData(2);
        ring.enter(true, 2, SECOND);
        assertThat(collect()).containsOnly(Map.entry(1L, List.of(-Errno.ECANCELED)), Map.entry(2L, List.of(0)));
    }

    @Test
    void aCancelThatFindsNothingSaysSoUnlessItIsForAll() {
        stageCancel(1, -1, 0, 0).userData(2);
        stageCancel(1, -1, 0, IORING_ASYNC_CANCEL_ALL).userData(3);
        stageCancel(0, -1, 0, IORING_ASYNC_CANCEL_ANY).userData(4);
        ring.enter(true, 3, SECOND);
        assertThat(collect()).containsOnly(Map.entry(2L, List.of(-Errno.ENOENT)), Map.entry(3L, List.of(0)),
                Map.entry(4L, List.of(0)));
    }

    @Test
    void aCancelByFileCountsWhatItEnds() {
        int descriptor = quietDescriptor();
        LongStream.range(0, 5).forEach(i -> stagePoll(i, descriptor));
        stagePoll(10, quietDescriptor());
        stageCancel(0, descriptor, 0, IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ALL).userData(20);
        ring.enter(true, 6, SECOND);
        assertThat(collect()).hasSize(6).doesNotContainKey(10L).containsEntry(20L, List.of(5));
    }

    @Test
    void aCancelByFileFindsRequestsOnADuplicateToo() {
        int descriptor = quietDescriptor();
        stagePoll(1, descriptor);
        stageCancel(0, dup(descriptor), 0, IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ALL).userData(2);
        ring.enter(true, 2, SECOND);
        assertThat(collect()).containsOnly(Map.entry(1L, List.of(-Errno.ECANCELED)), Map.entry(2L, List.of(1)));
    }

    @Test
    void aCancelByFileOfAClosedNumberIsRefusedAndTheRequestsStayArmed() {
        int descriptor = quietDescriptor();
        int duplicate = dup(descriptor);
        stagePoll(1, descriptor);
        ring.enter(true, 0, -1);
        stage(IORING_OP_CLOSE, 2).fd(duplicate);
        closed(duplicate);
        stageCancel(0, duplicate, 0, IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ALL).userData(3);
        ring.enter(true, 2, SECOND);
        assertThat(collect()).containsOnly(Map.entry(2L, List.of(0)), Map.entry(3L, List.of(-Errno.EBADF)));
    }

    @Test
    void aCancelByFileNeverFindsTimers() {
        int descriptor = quietDescriptor();
        stageTimer(1, IORING_OP_TIMEOUT, 100 * SECOND);
        stageCancel(0, descriptor, 0, IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ALL).userData(2);
        ring.enter(true, 1, SECOND);
        assertThat(collect()).containsExactlyEntriesOf(Map.of(2L, List.of(0)));
    }

    @Test
    void aCancelByOpcodeEndsOnlyThose() {
        assumeTrue(ring.features().has(RingFeature.CANCEL_OP), "this kernel cancels nothing by opcode");
        stagePoll(1, quietDescriptor());
        stageTimer(2, IORING_OP_TIMEOUT, 100 * SECOND);
        stageTimer(3, IORING_OP_TIMEOUT, 100 * SECOND);
        stageCancel(0, -1, IORING_OP_TIMEOUT, IORING_ASYNC_CANCEL_OP | IORING_ASYNC_CANCEL_ALL).userData(4);
        ring.enter(true, 3, SECOND);
        assertThat(collect()).hasSize(3).doesNotContainKey(1L).containsEntry(4L, List.of(2));
    }

    @Test
    void anyEndsEverything() {
        stagePoll(1, quietDescriptor());
        stageTimer(2, IORING_OP_TIMEOUT, 100 * SECOND);
        stageCancel(0, -1, 0, IORING_ASYNC_CANCEL_ANY).userData(3);
        ring.enter(true, 3, SECOND);
        assertThat(collect()).hasSize(3).containsEntry(3L, List.of(2));
    }

    @Test
    void theRingCountsItsOwnAmongWhatACancelEnds() {
        assertThat(ring.armWake()).isTrue();
        int own = ring.ownInFlight();
        stagePoll(1, quietDescriptor());
        stageCancel(0, -1, 0, IORING_ASYNC_CANCEL_ANY).userData(2);
        ring.enter(true, 2 + own, SECOND);
        assertThat(collect()).hasSize(2 + own).containsEntry(2L, List.of(1 + own));
        assertThat(ring.ownInFlight()).isZero();

        assertThat(ring.armWake()).isTrue();
        assertThat(ring.ownInFlight()).as("made anew").isEqualTo(own);
        ring.wake();
        assertThat(ring.enter(true, 1, SECOND)).isNotNegative();
        assertThat(collect()).containsOnlyKeys(WAKE);
    }

    @Test
    void theRingCountsItsOwnByOpcode() {
        assumeTrue(ring.features().has(RingFeature.CANCEL_OP));
        assertThat(ring.armWake()).isTrue();
        int own = ring.ownInFlight(IORING_OP_POLL_ADD);
        stagePoll(1, quietDescriptor());
        stageTimer(2, IORING_OP_TIMEOUT, 100 * SECOND);
        stageCancel(0, -1, IORING_OP_POLL_ADD, IORING_ASYNC_CANCEL_OP | IORING_ASYNC_CANCEL_ALL).userData(3);
        ring.enter(true, 2 + own, SECOND);
        assertThat(collect()).hasSize(2 + own).doesNotContainKey(2L).containsEntry(3L, List.of(1 + own));
        assertThat(ring.ownInFlight(IORING_OP_TIMEOUT)).isZero();
    }

    @Test
    void aCancelSeesOnlyEarlierSqesOfItsSubmission() {
        int descriptor = quietDescriptor();
        stageCancel(0, descriptor, 0, IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ALL).userData(1);
        stagePoll(2, descriptor);
        ring.enter(true, 1, SECOND);
        assertThat(collect()).containsExactlyEntriesOf(Map.of(1L, List.of(0)));
    }

    @Test
    void twoCancelsByFileWithoutAllHitTheSameRequest() {
        int descriptor = quietDescriptor();
        stagePoll(1, descriptor);
        stagePoll(2, descriptor);
        stageCancel(0, descriptor, 0, IORING_ASYNC_CANCEL_FD).userData(3);
        stageCancel(0, descriptor, 0, IORING_ASYNC_CANCEL_FD).userData(4);
        ring.enter(true, 3, SECOND);
        assertThat(collect()).hasSize(3).containsEntry(3L, List.of(0)).containsEntry(4L, List.of(0));
    }

    @Test
    void keysThatDoNotGoTogetherAreRefused() {
        int descriptor = quietDescriptor();
        stageCancel(0, descriptor, 0, IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_FD).userData(1);
        stageCancel(0, -1, IORING_OP_POLL_ADD, IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_OP).userData(2);
        stageCancel(0, -1, 0, 1 << 20).userData(3);
        stageCancel(0, -1, 0, IORING_ASYNC_CANCEL_ALL).off(1).userData(4);
        stageCancel(0, -1, 0, IORING_ASYNC_CANCEL_ALL).fileIndex(1).userData(5);
        ring.enter(true, 5, SECOND);
        assertThat(collect()).hasSize(5)
                .allSatisfy((userData, results) -> assertThat(results).containsExactly(-Errno.EINVAL));
    }

    @Test
    void aSuccessThatIsToBeSkippedPostsNothingAndAnErrorDoes() {
        stagePoll(1, quietDescriptor());
        stageCancel(1, -1, 0, 0).flags(IOSQE_CQE_SKIP_SUCCESS).userData(2);
        stageCancel(9, -1, 0, 0).flags(IOSQE_CQE_SKIP_SUCCESS).userData(3);
        ring.enter(true, 2, SECOND);
        assertThat(collect()).containsOnly(Map.entry(1L, List.of(-Errno.ECANCELED)),
                Map.entry(3L, List.of(-Errno.ENOENT)));
    }
}
