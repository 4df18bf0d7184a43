package io.github.reactoruring.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.scripted.KernelBehaviour;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.internal.source.Step;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.testing.RecordingRequest;
import io.github.reactoruring.testing.ScriptedLoop;

/** A filesystem's own ECANCELED is an answer: what it answers is not done once more, to whoever has the number by then. */
@Tag("fault")
class OwnErrorTest {

    private final ScriptedLoop under = ScriptedLoop.open();
    private final List<Integer> results = new ArrayList<>();

    OwnErrorTest() {
        under.ring().behaviour(new KernelBehaviour() {
            @Override
            protected Place place(KernelRequest request) {
                return switch (request.opcode()) {
                    case IoUringAbi.IORING_OP_CLOSE, IoUringAbi.IORING_OP_UNLINKAT -> Place.WORKER_QUEUED;
                    default -> super.place(request);
                };
            }
        });
    }

    @AfterEach
    void close() {
        under.close();
    }

    @Test
    void aFlushThatAnswersCanceledIsNoReasonToCloseTheNumberAgain() {
        OpenFile file = under.openFile("on FUSE");
        file.close(results::add);
        under.turn();
        answerCanceled(IoUringAbi.IORING_OP_CLOSE);

        assertThat(results).containsExactly(-Errno.ECANCELED);
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_CLOSE)).hasSize(1);
    }

    /** A cancel that came before it has not hit it. */
    @Test
    void anEarlierCancelIsNoReasonEither() {
        cancelAny();
        aFlushThatAnswersCanceledIsNoReasonToCloseTheNumberAgain();
    }

    @Test
    void eachCloseThatACancelHitsIsMadeAgain() {
        OpenFile file = under.openFile("file");
        file.close(results::add);
        under.turn();
        for (int i = 1; i <= 3; i++) {
            cancelAny();
            under.turns(2);
            assertThat(under.ring().taken(IoUringAbi.IORING_OP_CLOSE)).hasSize(i + 1);
        }
        under.turnUntil("the file closed", () -> !results.isEmpty());
        assertThat(results).containsExactly(0);
    }

    @Test
    void aRemovalThatAnswersCanceledIsNotMadeForEver() {
        List<Step> ended = unlink();
        answerCanceled(IoUringAbi.IORING_OP_UNLINKAT);

        assertThat(ended).singleElement().satisfies(step -> assertThat(step.result()).isEqualTo(-Errno.ECANCELED));
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_UNLINKAT)).hasSize(1);
    }

    @Test
    void aRemovalThatACancelHitsIsMadeAgain() {
        List<Step> ended = unlink();
        cancelAny();
        under.turns(2);

        assertThat(ended).isEmpty();
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_UNLINKAT)).hasSize(2);
        under.ring().kernel().complete(under.ring().inFlight(IoUringAbi.IORING_OP_UNLINKAT).getFirst(), 0, 0);
        under.turns(2);
        assertThat(ended).singleElement().satisfies(step -> assertThat(step.result()).isZero());
    }

    /** The loop's own ANY, of a ring that closes. */
    @Test
    void aCloseThatTheClosingRingsAnyHitsIsMadeAgain() {
        OpenFile file = under.openFile("file");
        RecordingRequest.poll(under.loop(), under.descriptor()).submit();
        file.close(results::add);
        under.turn();
        assertThat(under.shutDown()).isCompleted();

        assertThat(results).containsExactly(0);
        assertThat(under.ring().files().stillOpen()).doesNotContain(file.descriptor());
    }

    private List<Step> unlink() {
        List<Step> ended = new ArrayList<>();
        Step.of("UNLINKAT", IoUringAbi.IORING_OP_UNLINKAT, "name", sqe -> Prep.nop(sqe)
                .opcode(IoUringAbi.IORING_OP_UNLINKAT).addFlags(IoUringAbi.IOSQE_ASYNC)).cleaningUp()
                .submit(under.loop(), ended::add);
        under.turn();
        return ended;
    }

    private void answerCanceled(int opcode) {
        under.ring().kernel().complete(under.ring().inFlight(opcode).getFirst(), -Errno.ECANCELED, 0);
        under.turns(3);
    }

    private void cancelAny() {
        RecordingRequest.of(under.loop(), IoUringAbi.IORING_OP_ASYNC_CANCEL,
                sqe -> sqe.fd(-1).opFlags(IoUringAbi.IORING_ASYNC_CANCEL_ANY)).submit();
        under.turn();
    }
}
