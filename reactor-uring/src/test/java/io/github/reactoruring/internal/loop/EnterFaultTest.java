package io.github.reactoruring.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.ring.scripted.KernelBehaviour;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.ErrnoException;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.testing.RecordingRequest;
import io.github.reactoruring.testing.ScriptedLoop;

/** Holds the loop to its work when the kernel takes less than it is offered, refuses, overflows or breaks. */
@Tag("fault")
class EnterFaultTest {

    private static final KernelBehaviour ONE_PIECE_AT_A_TIME = new KernelBehaviour() {
        @Override
        protected int taskWorkPerEnter() {
            return 1;
        }
    };

    private ScriptedLoop under = ScriptedLoop.open(16, 64);

    @AfterEach
    void close() {
        under.close();
    }

    @Test
    void aShortSubmitKeepsExactlyWhatWasNotTaken() {
        List<RecordingRequest> nops = nops(10);
        under.ring().takeAtMost(3, 0, 1, 2);
        under.turnUntil("all over", () -> nops.stream().allMatch(Request::isRetired));

        assertThat(under.ring().taken()).extracting(SqeBytes::userData)
                .containsExactlyElementsOf(nops.stream().map(Request::userData).toList());
        assertThat(nops).allMatch(nop -> nop.completed().equals(List.of(0)));
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.EAGAIN, Errno.EBUSY, Errno.EINTR})
    void aPassingRefusalLosesNothingAndRepeatsNothing(int errno) {
        List<RecordingRequest> nops = nops(10);
        under.ring().refuseEnter(errno, errno, errno);
        under.turnUntil("all over", () -> nops.stream().allMatch(Request::isRetired));

        assertThat(under.ring().taken()).hasSize(10);
        assertThat(nops).allMatch(nop -> nop.completed().equals(List.of(0)));
    }

    @Test
    void aKernelUnderPressureIsGivenTimeInsteadOfSpun() {
        RecordingRequest nop = nops(1).getFirst();
        under.ring().refuseEnter(Errno.EAGAIN, Errno.EAGAIN, Errno.EAGAIN, Errno.EAGAIN, Errno.EAGAIN);
        long before = under.ring().nanoTime();
        under.turns(5);
        assertThat(under.ring().nanoTime() - before).as("four waits of a millisecond").isGreaterThan(4_000_000);
        under.turn();
        assertThat(nop.isRetired()).isTrue();
    }

    @Test
    void aWaitInterruptedBySignalsGoesOn() {
        RecordingRequest poll = RecordingRequest.poll(under.loop(), under.descriptor()).submitted();
        under.turn();
        under.ring().failWait(Errno.EINTR, Errno.EINTR, Errno.ETIME);
        under.turnOrWait();
        under.turnOrWait();
        under.turnOrWait();
        assertThat(under.isOver()).isFalse();

        under.ring().kernel().complete(under.only(), 1, 0);
        under.turn();
        assertThat(poll.completed()).containsExactly(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.EBADR, Errno.EBADF, Errno.EINVAL})
    void anErrorThatDoesNotPassEndsTheRingAndReleasesNothing(int errno) {
        RecordingRequest poll = RecordingRequest.poll(under.loop(), under.descriptor()).submitted();
        RecordingRequest disposed = RecordingRequest.poll(under.loop(), under.descriptor()).submitted();
        under.turn();
        disposed.dispose();
        under.ring().refuseEnter(errno);
        under.turn();

        assertFailed(errno, poll);
        assertThat(disposed.failures()).as("a disposed request is told nothing").isEmpty();
        assertThat(disposed.releasedCount()).isZero();
    }

    @Test
    void lostCompletionsAreNoticedWhereverTheKernelTellsOfThem() {
        RecordingRequest poll = RecordingRequest.poll(under.loop(), under.descriptor()).submitted();
        List<RecordingRequest> others = polls(3);
        under.turn();
        under.ring().behaviour(ONE_PIECE_AT_A_TIME);
        DisposalBatch.run(() -> others.forEach(Request::dispose));
        // The loop flushes task work, and the kernel tells of the loss just there, once.
        under.ring().failWait(Errno.EBADR);
        under.turns(2);

        assertFailed(Errno.EBADR, poll);
    }

    @Test
    void whatIsStillStagedWhenTheRingBreaksIsNotReleasedEither() {
        RecordingRequest staged = nops(1).getFirst();
        under.ring().refuseEnter(Errno.EAGAIN, Errno.EBADR);
        under.turn();
        assertThat(under.ring().staged()).isEqualTo(1);
        RecordingRequest queued = nops(1).getFirst();
        under.turn();

        assertFailed(Errno.EBADR, staged);
        assertThat(queued.failures()).hasSize(1);
    }

    @Test
    void whatIsSubmittedToABrokenRingIsRejectedAndReleased() {
        under.ring().refuseEnter(Errno.EBADR);
        nops(1);
        under.turn();
        RecordingRequest late = nops(1).getFirst();

        assertThat(late.failures()).hasSize(1);
        assertThat(late.releasedCount()).isEqualTo(1);
    }

    @Test
    void anOverflowLosesNothing() {
        // Without CQE_SKIP each cancel takes a completion too: 16 for a queue of 8.
        EnumSet<RingFeature> known = EnumSet.complementOf(EnumSet.of(RingFeature.CQE_SKIP));
        replace(ScriptedLoop.open(16, 8, known, CancelPolicy.perRequest()));
        List<RecordingRequest> requests = polls(8);
        under.turn();
        DisposalBatch.run(() -> requests.forEach(Request::dispose));
        under.turn();

        assertThat(under.stats().overflows()).isPositive();
        assertThat(requests).allMatch(request -> request.discarded().size() == 1 && request.releasedCount() == 1);
    }

    @Test
    void anOverflowIsFlushedBeforeMoreIsSubmitted() {
        replace(ScriptedLoop.open(16, 8));
        for (int i = 0; i < 40; i++) {
            // What others send to the ring comes at any time.
            under.ring().post(Ring.WAKE_USER_DATA, 0, IoUringAbi.IORING_CQE_F_MORE);
        }
        List<RecordingRequest> nops = nops(4);
        under.turn();

        assertThat(nops).allMatch(Request::isRetired);
        assertThat(under.stats().wakeUps()).isEqualTo(40);
        under.ring().violations().assertNone();
    }

    @Test
    void noMoreIsInFlightThanCompletionsHaveRoom() {
        replace(ScriptedLoop.open(16, 8));
        under.ring().behaviour(KernelBehaviour.allInTheDevice());
        List<RecordingRequest> requests = nops(40);
        under.turns(10);
        assertThat(under.ring().kernel().inFlight()).hasSize(8);
        under.turnUntil("all over", () -> {
            under.ring().kernel().inFlight().stream().filter(request -> request.waiting())
                    .forEach(request -> under.ring().kernel().complete(request));
            return requests.stream().allMatch(Request::isRetired);
        });
        assertThat(under.stats().overflows()).isZero();
    }

    @Test
    void theTaskWorkThatIsPendingIsRunToItsEnd() {
        List<RecordingRequest> requests = polls(16);
        under.turn();
        DisposalBatch.run(() -> requests.forEach(Request::dispose));
        under.ring().behaviour(ONE_PIECE_AT_A_TIME);
        under.turn();
        assertThat(requests).allMatch(Request::isRetired);
    }

    private void replace(ScriptedLoop other) {
        under.close();
        under = other;
    }

    private List<RecordingRequest> nops(int count) {
        List<RecordingRequest> nops = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            nops.add(RecordingRequest.nop(under.loop()).submitted());
        }
        return nops;
    }

    private List<RecordingRequest> polls(int count) {
        List<RecordingRequest> polls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            polls.add(RecordingRequest.poll(under.loop(), under.descriptor()).submitted());
        }
        return polls;
    }

    private void assertFailed(int errno, RecordingRequest inFlight) {
        assertThat(under.isOver()).isTrue();
        assertThat(inFlight.failures()).singleElement().isInstanceOfSatisfying(ErrnoException.class,
                failure -> assertThat(failure.errno()).isEqualTo(errno));
        assertThat(inFlight.releasedCount()).as("the kernel may still write").isZero();
        assertThat(under.loop().terminated()).isCompletedExceptionally();
    }
}
