package io.github.reactoruring.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.testing.RecordingRequest;
import io.github.reactoruring.testing.ScriptedLoop;

/** Holds that a callback that throws costs nobody else anything. */
@Tag("fault")
class ThrowingCallbackTest {

    private static final LoopTask THROWS = () -> {
        throw new IllegalStateException("a callback's own");
    };

    private final ScriptedLoop under = ScriptedLoop.open();

    @AfterEach
    void close() {
        under.close();
    }

    @Test
    void aThrowingCompletionLosesNoOther() {
        List<RecordingRequest> nops = threeNops();
        nops.get(1).onEach(THROWS);
        under.turn();
        assertThat(nops).allMatch(nop -> nop.completed().size() == 1 && nop.releasedCount() == 1);
        assertLoopWorks();
    }

    /** A class that could not be loaded, say: whoever was to be told of the completion would wait for ever. */
    @Test
    void whoCannotTakeItsLastCompletionIsToldWhy() {
        List<RecordingRequest> nops = threeNops();
        nops.get(1).onEach(THROWS);
        under.turn();
        assertThat(nops.get(1).failures()).singleElement().satisfies(thrown -> assertThat(thrown)
                .hasMessage("a callback's own"));
        assertThat(nops.get(0).failures()).isEmpty();
        assertLoopWorks();
    }

    @Test
    void aThrowingDiscardLosesNoOther() {
        List<RecordingRequest> polls = List.of(poll(), poll().onEach(THROWS), poll());
        polls.forEach(Request::submit);
        under.turn();
        DisposalBatch.run(() -> polls.forEach(Request::dispose));
        under.turn();
        assertThat(polls).allMatch(poll -> poll.discarded().size() == 1 && poll.releasedCount() == 1);
        assertLoopWorks();
    }

    @Test
    void aThrowingTaskLosesNoOther() {
        List<Integer> ran = new ArrayList<>();
        under.loop().execute(() -> ran.add(1));
        under.loop().execute(THROWS);
        under.loop().execute(() -> ran.add(2));
        under.turn();
        assertThat(ran).containsExactly(1, 2);
    }

    @Test
    void aThrowingDisposalOfABatchLosesNoOther() {
        RecordingRequest poll = poll().submitted();
        under.turn();
        DisposalBatch.run(() -> {
            DisposalBatch.dispose(under.loop(), THROWS);
            poll.dispose();
        });
        under.turn();
        assertThat(poll.isRetired()).isTrue();
    }

    @Test
    void aBatchThatThrowsDeliversWhatWasDisposedOfBefore() {
        RecordingRequest poll = poll().submitted();
        under.turn();
        assertThatCode(() -> DisposalBatch.run(() -> {
            poll.dispose();
            THROWS.run();
        })).hasMessage("a callback's own");
        under.turn();
        assertThat(poll.isRetired()).isTrue();
    }

    @Test
    void aRequestWhosePreparationFailsIsToldAndTheOthersAreSubmitted() {
        List<RecordingRequest> requests = List.of(RecordingRequest.nop(under.loop()), broken(),
                RecordingRequest.nop(under.loop()));
        requests.forEach(Request::submit);
        under.turns(2);
        assertThat(requests.get(0).completed()).hasSize(1);
        assertThat(requests.get(1).failures()).singleElement().satisfies(
                failure -> assertThat(failure).hasMessage("no memory"));
        assertThat(requests.get(1).releasedCount()).isEqualTo(1);
        assertThat(requests.get(2).completed()).hasSize(1);
    }

    @Test
    void aRequestThatCannotBearToBeToldItsPreparationFailedDoesNotEndTheLoop() {
        RecordingRequest broken = broken().onEach(THROWS).submitted();
        RecordingRequest nop = RecordingRequest.nop(under.loop()).submitted();
        assertThatCode(() -> under.turns(2)).doesNotThrowAnyException();
        assertThat(broken.failures()).hasSize(1);
        assertThat(broken.releasedCount()).isEqualTo(1);
        assertThat(nop.completed()).hasSize(1);
        assertLoopWorks();
    }

    @Test
    void aRequestDroppedFromTheQueueMayThrowWhenItIsReleased() {
        RecordingRequest dropped = RecordingRequest.nop(under.loop()).onEach(THROWS).submitted();
        RecordingRequest nop = RecordingRequest.nop(under.loop()).submitted();
        dropped.dispose();
        assertThatCode(() -> under.turn()).doesNotThrowAnyException();
        assertThat(dropped.releasedCount()).isEqualTo(1);
        assertThat(nop.completed()).hasSize(1);
    }

    @Test
    void aBrokenRingTellsEverybodyHoweverTheyTakeIt() {
        List<RecordingRequest> inFlight = List.of(poll(), poll(), poll());
        inFlight.forEach(Request::submit);
        under.turn();
        List<RecordingRequest> queued = threeNops();
        inFlight.get(1).onEach(THROWS);
        queued.get(0).onEach(THROWS);
        under.ring().refuseEnter(Errno.EBADR);
        assertThatCode(() -> under.turn()).doesNotThrowAnyException();

        assertThat(inFlight).allMatch(request -> request.failures().size() == 1);
        assertThat(under.loop().terminated()).isCompletedExceptionally();
        assertThat(under.ring().isClosed()).isTrue();
    }

    @Test
    void aShutdownGoesOnHoweverTheRejectedTakeIt() {
        List<RecordingRequest> queued = threeNops();
        queued.get(0).onEach(THROWS);
        CompletableFuture<Void> closed = under.loop().close(1_000_000_000);
        List<RecordingRequest> late = threeNops();
        late.get(0).onEach(THROWS);
        assertThatCode(() -> under.turnUntil("the loop over", under.loop()::isOver)).doesNotThrowAnyException();

        assertThat(closed).isCompleted();
        assertThat(queued).allMatch(request -> request.failures().size() == 1 && request.releasedCount() == 1);
        assertThat(late).allMatch(request -> request.failures().size() == 1 && request.releasedCount() == 1);
    }

    @Test
    void aCloseListenerThatThrowsKeepsTheOthersFromNothing() {
        OpenFile file = under.openFile("one");
        List<Integer> results = new ArrayList<>();
        file.close(result -> THROWS.run());
        file.close(results::add);
        under.turns(3);
        assertThat(results).containsExactly(0);
    }

    private void assertLoopWorks() {
        RecordingRequest nop = RecordingRequest.nop(under.loop()).submitted();
        under.turn();
        assertThat(nop.completed()).containsExactly(0);
    }

    private List<RecordingRequest> threeNops() {
        List<RecordingRequest> nops = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            nops.add(RecordingRequest.nop(under.loop()).submitted());
        }
        return nops;
    }

    private RecordingRequest poll() {
        return RecordingRequest.poll(under.loop(), under.descriptor());
    }

    private RecordingRequest broken() {
        return RecordingRequest.of(under.loop(), IoUringAbi.IORING_OP_NOP, sqe -> {
            sqe.fd(99).addr(0xbad);
            throw new IllegalStateException("no memory");
        });
    }
}
