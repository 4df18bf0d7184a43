package io.github.reactoruring.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.testing.RecordingRequest;
import io.github.reactoruring.testing.ScriptedLoop;

/** Bugs that other io_uring libraries had, each named after where it was found. */
@Tag("race")
class PeerBugsTest {

    private ScriptedLoop under = ScriptedLoop.open(4, 64);

    @AfterEach
    void close() {
        under.close();
    }

    private RecordingRequest pollOf(int fd) {
        return RecordingRequest.poll(under.loop(), fd).submitted();
    }

    private List<RecordingRequest> polls(int count) {
        List<RecordingRequest> polls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            polls.add(pollOf(under.descriptor()));
        }
        under.spinUntil("all in flight", () -> under.ring().kernel().inFlight().size() == count);
        return polls;
    }

    /** The scripted ring itself tells of an entry that is written again before the kernel took it. */
    @Test
    void noSqeIsReusedBeforeTheKernelTookIt_tokio8255() {
        under.ring().takeAtMost(1, 2, 1);
        List<RecordingRequest> nops = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            nops.add(RecordingRequest.nop(under.loop()).submitted());
        }
        under.spinUntil("all done", () -> nops.stream().allMatch(nop -> nop.completed().equals(List.of(0))));

        assertThat(under.ring().taken()).hasSize(20);
    }

    @Test
    void noCancelIsDroppedByAFullQueue_zio623_glommio512() {
        List<RecordingRequest> polls = polls(40);
        RecordingRequest kept = polls.removeFirst();
        DisposalBatch.run(() -> polls.forEach(Request::dispose));
        under.spinUntil("all cancelled", () -> polls.stream().allMatch(Request::isRetired));

        assertThat(polls).allMatch(poll -> poll.releasedCount() == 1);
        assertThat(kept.isRetired()).isFalse();
    }

    @Test
    void aLateCancelNeverHitsTheNextRequestInTheSlot_libxev233() {
        List<Long> seen = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            RecordingRequest nop = RecordingRequest.nop(under.loop()).submitted();
            under.spinUntil("done", nop::isRetired);
            seen.add(nop.userData());
        }

        assertThat(seen).doesNotHaveDuplicates();
    }

    @Test
    void aCancelCarriesTheWholeUserDataOfItsTarget_A10_4c63b7f() {
        RecordingRequest poll = polls(1).getFirst();
        poll.dispose();
        under.spinUntil("cancelled", poll::isRetired);

        assertThat(under.ring().cancels()).singleElement()
                .satisfies(cancel -> assertThat(cancel.hits()).containsExactly(poll.userData()));
        assertThat(poll.discarded()).containsExactly(-Errno.ECANCELED);
    }

    @Test
    void nothingOfAnEntrysFormerLifeReachesTheKernel_liburing690() {
        RecordingRequest full = RecordingRequest.of(under.loop(), 0, sqe -> sqe.fd(-1));
        full.submit();
        List<RecordingRequest> nops = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            nops.add(RecordingRequest.nop(under.loop()).submitted());
        }
        under.spinUntil("all done", () -> nops.stream().allMatch(Request::isRetired));

        // The scripted ring reports set bits of fields the operation does not have.
        under.ring().violations().assertNone();
    }

    @Test
    void anOverflowIsFlushed_tokio8277_libuv4598() {
        List<RecordingRequest> polls = polls(60);
        DisposalBatch.run(() -> polls.forEach(Request::dispose));
        List<RecordingRequest> nops = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            nops.add(RecordingRequest.nop(under.loop()).submitted());
        }
        under.spinUntil("everything over", () -> polls.stream().allMatch(Request::isRetired)
                && nops.stream().allMatch(Request::isRetired));
    }

    @Test
    void theWakeUpPollIsArmedAgainWhenItEnds_commonware3159() {
        under.close();
        under = ScriptedLoop.without(RingFeature.SEND_MSG_RING);
        under.turn();
        int before = under.ring().taken().size();
        under.ring().kernel().complete(under.only(), -Errno.ECANCELED);
        under.turns(3);

        assertThat(under.ring().taken().size()).isEqualTo(before + 1);
        assertThat(under.only().opcode()).isEqualTo(6);
    }
}
