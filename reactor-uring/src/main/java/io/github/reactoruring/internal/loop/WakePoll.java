package io.github.reactoruring.internal.loop;

import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * Keeps a multishot poll on the wake-up eventfd, on kernels that need one.
 *
 * <p>It is armed again whenever it ends: by overflow, or hit by somebody's ANY or OP cancel.
 */
final class WakePoll {

    private static final int POLLIN = 1;

    private final Ring ring;
    private final InFlightTable inFlight;
    private boolean armed;

    WakePoll(Ring ring, InFlightTable inFlight) {
        this.ring = ring;
        this.inFlight = inFlight;
    }

    /** Stages the poll if it is due; says whether a wake-up will arrive. */
    boolean arm() {
        if (ring.wakeDescriptor() < 0 || armed) {
            return true;
        }
        Sqe sqe = ring.nextSqe();
        if (sqe == null) {
            return false;
        }
        sqe.opcode(IoUringAbi.IORING_OP_POLL_ADD).fd(ring.wakeDescriptor()).len(IoUringAbi.IORING_POLL_ADD_MULTI)
                .opFlags(POLLIN).userData(Ring.WAKE_USER_DATA);
        armed = true;
        inFlight.byOpcode().add(IoUringAbi.IORING_OP_POLL_ADD, 1);
        return true;
    }

    void woken(int result, int flags) {
        if (armed && Request.isFinal(flags)) {
            armed = false;
            inFlight.byOpcode().add(IoUringAbi.IORING_OP_POLL_ADD, -1);
        }
        if (result >= 0) {
            ring.acknowledgeWake();
        }
    }
}
