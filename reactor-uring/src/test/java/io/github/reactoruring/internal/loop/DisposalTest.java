package io.github.reactoruring.internal.loop;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_ALL;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_FD;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_OP;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.ring.scripted.CancelRecord;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.testing.RecordingRequest;
import io.github.reactoruring.testing.ScriptedLoop;

/** Holds what becomes of disposals: no SQE, one cancel each, or the fewest that match them exactly. */
@Tag("race")
class DisposalTest {

    private ScriptedLoop under = ScriptedLoop.open();

    @AfterEach
    void close() {
        under.close();
    }

    @Test
    void aRequestDisposedOfBeforeItIsSubmittedMakesNoSqe() {
        RecordingRequest request = poll();
        request.dispose();
        request.submit();
        under.turns(2);

        assertThat(under.ring().taken()).isEmpty();
        assertThat(request.releasedCount()).isZero();
    }

    @Test
    void aRequestDisposedOfInTheQueueMakesNoSqe() {
        RecordingRequest request = poll().submitted();
        request.dispose();
        under.turns(2);

        assertThat(under.ring().taken()).isEmpty();
        assertThat(request.releasedCount()).isEqualTo(1);
        assertThat(request.completed()).isEmpty();
        assertThat(under.stats().dropped()).isEqualTo(1);
    }

    @Test
    void aRequestInFlightIsCancelledByItsUserDataAndSaysNothing() {
        RecordingRequest request = inFlight(1).getFirst();
        request.dispose();
        request.dispose();
        under.turn();

        assertThat(under.ring().cancels()).singleElement().satisfies(cancel -> {
            assertThat(cancel.isWide()).isFalse();
            assertThat(cancel.hits()).containsExactly(request.userData());
            assertThat(cancel.sqe().has(IoUringAbi.IOSQE_CQE_SKIP_SUCCESS)).isTrue();
        });
        assertThat(request.completed()).isEmpty();
        assertThat(request.discarded()).containsExactly(-Errno.ECANCELED);
        assertThat(request.releasedCount()).isEqualTo(1);
    }

    @Test
    void aBatchOnOneFileBecomesOneCancelByFile() {
        OpenFile file = under.openFile("one");
        OpenFile other = under.openFile("other");
        List<RecordingRequest> disposed = onFile(file, 100);
        List<RecordingRequest> kept = onFile(other, 3);
        DisposalBatch.run(() -> disposed.forEach(Request::dispose));
        under.turn();

        assertOneCancel(disposed, IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ALL);
        assertThat(kept).noneMatch(Request::isRetired);
        assertThat(under.stats().sqesSaved()).isEqualTo(99);
    }

    @Test
    void aBatchThatIsAllOfAnOpcodeBecomesOneCancelByOpcode() {
        List<RecordingRequest> disposed = inFlight(50);
        DisposalBatch.run(() -> disposed.forEach(Request::dispose));
        under.turn();

        assertOneCancel(disposed, IORING_ASYNC_CANCEL_OP | IORING_ASYNC_CANCEL_ALL);
    }

    @Test
    void theLoopsOwnPollKeepsACancelByOpcodeAway() {
        replace(ScriptedLoop.without(RingFeature.SEND_MSG_RING));
        List<RecordingRequest> disposed = inFlight(10);
        DisposalBatch.run(() -> disposed.forEach(Request::dispose));
        under.turn();

        assertExactSingles(disposed);
    }

    @Test
    void aKernelWithoutTheKeysIsAskedOneByOne() {
        replace(ScriptedLoop.without(RingFeature.CANCEL_ALL_FD_ANY, RingFeature.CANCEL_FD_FIXED,
                RingFeature.CANCEL_OP));
        List<RecordingRequest> disposed = onFile(under.openFile("one"), 10);
        DisposalBatch.run(() -> disposed.forEach(Request::dispose));
        under.turn();

        assertExactSingles(disposed);
    }

    @Test
    void aThirdOfAFilesRequestsIsCancelledOneByOne() {
        List<RecordingRequest> all = onFile(under.openFile("one"), 300);
        List<RecordingRequest> disposed = new ArrayList<>();
        for (int i = 0; i < all.size(); i += 3) {
            disposed.add(all.get(i));
        }
        DisposalBatch.run(() -> disposed.forEach(Request::dispose));
        under.turn();

        assertExactSingles(disposed);
        assertThat(all).filteredOn(Request::isRetired).hasSize(100);
    }

    @Test
    void aFileWithARequestThatACancelByFileMayMissIsNotCancelledByFile() {
        OpenFile file = under.openFile("one");
        List<RecordingRequest> disposed = new ArrayList<>(onFile(file, 5));
        // Another opcode, so that neither FD nor OP is exact, but for the one that is forced to a worker.
        RecordingRequest forced = RecordingRequest.onFile(file, IoUringAbi.IORING_OP_FSYNC, true,
                sqe -> sqe.addFlags(IoUringAbi.IOSQE_ASYNC)).submitted();
        RecordingRequest elsewhere = poll().submitted();
        under.turn();
        disposed.add(forced);
        DisposalBatch.run(() -> disposed.forEach(Request::dispose));
        under.turn();

        assertThat(under.ring().cancels()).noneMatch(cancel -> (cancel.flags() & IORING_ASYNC_CANCEL_FD) != 0);
        assertThat(disposed).allMatch(Request::isRetired);
        assertThat(elsewhere.isRetired()).isFalse();
    }

    @Test
    void cancelsGoBeforeTheTurnsNewRequests() {
        OpenFile file = under.openFile("one");
        List<RecordingRequest> disposed = onFile(file, 4);
        under.ring().taken().clear();
        List<RecordingRequest> fresh = new ArrayList<>();
        fresh.add(RecordingRequest.poll(file).submitted());
        DisposalBatch.run(() -> disposed.forEach(Request::dispose));
        fresh.add(RecordingRequest.poll(file).submitted());
        under.turn();

        assertThat(under.ring().taken()).extracting(SqeBytes::opcode).containsExactly(
                IoUringAbi.IORING_OP_ASYNC_CANCEL, IoUringAbi.IORING_OP_POLL_ADD, IoUringAbi.IORING_OP_POLL_ADD);
        assertOneCancel(disposed, IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ALL);
        assertThat(fresh).allMatch(Request::inFlight);
    }

    @Test
    void aFullQueueKeepsTheCancelsThatAreDue() {
        int entries = 8;
        replace(ScriptedLoop.open(entries, 1024, EnumSet.allOf(RingFeature.class), CancelPolicy.perRequest()));
        List<RecordingRequest> all = inFlight(10 * entries);
        DisposalBatch.run(() -> all.forEach(Request::dispose));
        under.turnUntil("all cancelled", () -> all.stream().allMatch(Request::isRetired));

        assertExactSingles(all);
    }

    @Test
    void aCancelThatFoundNoRoomIsPlannedAnew() {
        replace(ScriptedLoop.open(4, 1024));
        OpenFile file = under.openFile("one");
        List<RecordingRequest> disposed = onFile(file, 4);
        // The queue is full of what the kernel does not take.
        List<RecordingRequest> waiting = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            waiting.add(poll().submitted());
        }
        under.ring().refuseEnter(Errno.EAGAIN);
        under.turn();
        assertThat(under.ring().staged()).isEqualTo(4);
        DisposalBatch.run(() -> disposed.forEach(Request::dispose));
        under.ring().refuseEnter(Errno.EAGAIN);
        under.turn();
        assertThat(under.ring().cancels()).isEmpty();
        // Meanwhile the file has another request: a cancel by file would hit it.
        RecordingRequest late = RecordingRequest.poll(file).submitted();
        under.turns(4);

        assertThat(disposed).allMatch(Request::isRetired);
        assertThat(waiting).allMatch(Request::inFlight);
        assertThat(List.of(late)).allMatch(Request::inFlight);
        assertThat(under.ring().cancels()).flatExtracting(CancelRecord::hits)
                .containsExactlyInAnyOrderElementsOf(userData(disposed));
    }

    @Test
    void policiesDecideHowFarDisposalsAreCoalesced() {
        replace(ScriptedLoop.open(256, 8192, EnumSet.allOf(RingFeature.class), CancelPolicy.coalesce(200)));
        // (20/2 + 1) × 20 visits, and 8 × 20 for the planning, are beyond the budget.
        List<RecordingRequest> tooMany = onFile(under.openFile("many"), 20);
        DisposalBatch.run(() -> tooMany.forEach(Request::dispose));
        under.turn();
        assertExactSingles(tooMany);

        under.takeCancels();
        List<RecordingRequest> few = onFile(under.openFile("few"), 10);
        DisposalBatch.run(() -> few.forEach(Request::dispose));
        under.turn();
        assertThat(under.ring().cancels()).hasSize(1);
    }

    private void replace(ScriptedLoop other) {
        under.close();
        under = other;
    }

    private RecordingRequest poll() {
        return RecordingRequest.poll(under.loop(), under.descriptor());
    }

    private List<RecordingRequest> inFlight(int count) {
        List<RecordingRequest> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            requests.add(poll().submitted());
        }
        under.spinUntil("all in flight", () -> requests.stream().allMatch(Request::inFlight));
        return requests;
    }

    private List<RecordingRequest> onFile(OpenFile file, int count) {
        List<RecordingRequest> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            requests.add(RecordingRequest.poll(file).submitted());
        }
        under.spinUntil("all in flight", () -> requests.stream().allMatch(Request::inFlight));
        return requests;
    }

    private void assertOneCancel(List<RecordingRequest> disposed, int flags) {
        assertThat(under.ring().cancels()).singleElement().satisfies(cancel -> {
            assertThat(cancel.flags()).isEqualTo(flags);
            assertThat(cancel.hits()).containsExactlyInAnyOrderElementsOf(userData(disposed));
        });
        assertThat(disposed).allMatch(Request::isRetired);
    }

    private void assertExactSingles(List<RecordingRequest> disposed) {
        assertThat(under.ring().cancels()).hasSize(disposed.size()).noneMatch(CancelRecord::isWide)
                .flatExtracting(CancelRecord::hits).containsExactlyInAnyOrderElementsOf(userData(disposed));
        assertThat(disposed).allMatch(Request::isRetired).allMatch(request -> request.releasedCount() == 1);
    }

    private static List<Long> userData(List<RecordingRequest> requests) {
        return requests.stream().map(Request::userData).toList();
    }
}
