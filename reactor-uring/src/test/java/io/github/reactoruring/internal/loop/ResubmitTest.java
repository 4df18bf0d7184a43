package io.github.reactoruring.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.testing.ScriptedLoop;

/** Holds that a request submitted again from its own completion is released exactly once for each submission. */
@Tag("race")
class ResubmitTest {

    private final ScriptedLoop under = ScriptedLoop.open();

    @AfterEach
    void close() {
        under.close();
    }

    private class Repeating extends Request {

        int left = 2;
        int completed;
        int released;
        int failed;

        Repeating() {
            super(under.loop());
        }

        @Override
        protected int opcode() {
            return IoUringAbi.IORING_OP_NOP;
        }

        @Override
        protected void prepare(Sqe sqe) {
            sqe.opcode(IoUringAbi.IORING_OP_NOP).fd(-1);
        }

        @Override
        protected void completed(int result, int flags) {
            completed++;
            beforeAgain();
            if (left-- > 0) {
                again();
            }
        }

        void again() {
            resubmit();
        }

        void beforeAgain() {
        }

        @Override
        protected void failed(Throwable cause) {
            failed++;
        }

        @Override
        protected void released() {
            released++;
        }
    }

    private final class Holding extends Repeating {

        @Override
        void again() {
            resubmitHolding();
        }
    }

    @Test
    void oneThatGoesOnWithItsMemoryIsReleasedAtTheEnd() {
        Holding request = new Holding();
        request.submit();
        under.turns(5);
        assertThat(request.completed).isEqualTo(3);
        assertThat(request.released).isEqualTo(1);
    }

    @Test
    void oneThatGoesOnWithItsMemoryIsReleasedOnceWhenItIsDisposedOfOrRejected() {
        Holding disposed = new Holding();
        disposed.submit();
        under.turn();
        disposed.dispose();
        under.turns(3);
        assertThat(disposed.released).isEqualTo(1);

        Holding rejected = new Holding();
        rejected.submit();
        under.turn();
        under.shutDown();
        assertThat(rejected.failed).isEqualTo(1);
        assertThat(rejected.released).isEqualTo(1);
    }

    @Test
    void eachSubmissionIsReleasedOnce() {
        Repeating request = new Repeating();
        request.submit();
        under.turns(5);
        assertThat(request.completed).isEqualTo(3);
        assertThat(request.released).isEqualTo(3);
    }

    @Test
    void aDisposalJustBeforeLeavesItOverAndReleased() {
        Repeating request = new Repeating() {
            @Override
            void beforeAgain() {
                dispose();
            }
        };
        request.submit();
        under.turns(5);
        assertThat(request.completed).isEqualTo(1);
        assertThat(request.released).isEqualTo(1);
        assertThat(request.isRetired()).isTrue();
    }

    @Test
    void aDisposalOfTheQueuedRepetitionMakesNoSqe() {
        Repeating request = new Repeating();
        request.submit();
        under.turn();
        request.dispose();
        under.turns(3);
        assertThat(under.ring().taken()).hasSize(1);
        assertThat(request.released).isEqualTo(2);
        assertThat(request.isRetired()).isTrue();
    }

    @Test
    void aRepetitionThatIsRejectedIsToldAndReleased() {
        Repeating request = new Repeating();
        request.submit();
        under.turn();
        under.shutDown();
        assertThat(request.failed).isEqualTo(1);
        assertThat(request.released).isEqualTo(2);
    }
}
