package io.github.reactoruring.internal.ring.kernel;

import io.github.reactoruring.internal.ring.CqeBatch;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * Keeps a multishot poll on the wake-up eventfd, on kernels that need one: a request of the ring's own.
 *
 * <p>It is armed again whenever it ends: by overflow, or hit by somebody's ANY or OP cancel. <b>Threads:</b> the ring's
 * owner.
 */
public final class WakePoll {

    private final int eventfd;
    private final Runnable acknowledge;
    private boolean armed;

    /** @param acknowledge resets the eventfd */
    public WakePoll(int eventfd, Runnable acknowledge) {
        this.eventfd = eventfd;
        this.acknowledge = acknowledge;
    }

    /** Stages the poll on {@code ring} if it is due; false when there was no room. */
    public boolean arm(Ring ring) {
        if (armed) {
            return true;
        }
        Sqe sqe = ring.nextSqe();
        if (sqe == null) {
            return false;
        }
        Prep.pollMultishot(sqe, eventfd, IoUringAbi.POLLIN).userData(Ring.WAKE_USER_DATA);
        armed = true;
        return true;
    }

    /** Says whether it is staged or in flight. */
    public boolean isArmed() {
        return armed;
    }

    /** Looks through the completions that were reaped from number {@code first} on, for its own. */
    public void reaped(CqeBatch batch, int first) {
        for (int i = first; i < batch.size(); i++) {
            if (batch.userData(i) == Ring.WAKE_USER_DATA) {
                woken(batch.result(i), batch.flags(i));
            }
        }
    }

    private void woken(int result, int flags) {
        if ((flags & IoUringAbi.IORING_CQE_F_MORE) == 0) {
            armed = false;
        }
        if (result >= 0) {
            acknowledge.run();
        }
    }
}
