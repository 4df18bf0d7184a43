package io.github.reactoruring.internal.loop;

import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;

/** Closes a file's descriptor on the ring. Stands outside the file's own count: FD never matches a CLOSE. */
final class CloseRequest extends Request {

    private final OpenFile closing;

    CloseRequest(OpenFile closing) {
        super(closing.loop());
        this.closing = closing;
    }

    @Override
    protected int opcode() {
        return IoUringAbi.IORING_OP_CLOSE;
    }

    @Override
    protected boolean survivesClosing() {
        return true;
    }

    @Override
    protected void prepare(Sqe sqe) {
        closing.closeStaged();
        if (closing.fixed()) {
            Prep.closeDirect(sqe, closing.descriptor());
        } else {
            Prep.close(sqe, closing.descriptor());
        }
        sqe.addFlags(closing.closeFlags());
    }

    @Override
    protected void completed(int result, int flags) {
        if (result == -Errno.ECANCELED && mayBeHitByOthersCancel()) {
            // Somebody's ANY hit it before it ran: the descriptor is still open. Else it is the filesystem's own answer, after
            // which the number is free, and may be a stranger's.
            closing.closeAgain();
        } else {
            closing.closed(result);
        }
    }

    @Override
    protected void overdue(Throwable cause) {
        closing.overdue();
    }

    @Override
    protected void failed(Throwable cause) {
        closing.closeFailed();
    }
}
