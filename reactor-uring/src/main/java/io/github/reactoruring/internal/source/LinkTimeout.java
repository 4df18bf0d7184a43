package io.github.reactoruring.internal.source;

import java.lang.foreign.MemorySegment;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.Request;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.NativeMemory;

/**
 * The kernel's timer on the request it is linked behind. No cancel finds it: its head's end ends it.
 *
 * <p>A submission that the kernel cut short between the two leaves it without a head, which it refuses (EINVAL): then it
 * goes on as a timer of its own.
 */
final class LinkTimeout extends Request {

    /** Hears how it ended, on the owner thread. */
    interface Listener {

        /** @param cancelling whether the kernel is ending the request itself, so that its completion is on the way */
        void deadlinePassed(boolean cancelling);

        /** The request ended first, or the ring is closing. */
        void deadlineUnused();
    }

    private final Duration time;
    private final Listener listener;
    private @Nullable MemorySegment timespec;
    private boolean alone;
    private boolean goesOn;

    LinkTimeout(EventLoop loop, Duration time, Listener listener) {
        super(loop);
        this.time = time;
        this.listener = listener;
    }

    /** Says whether the end of its head makes it tell, soon, whether it was the cause. */
    boolean isAwaited() {
        return !alone && !isRetired();
    }

    /** Says whether it is a timer of its own, which has to be disposed of when it is not needed. */
    boolean isAlone() {
        return alone;
    }

    @Override
    protected int opcode() {
        return alone ? IoUringAbi.IORING_OP_TIMEOUT : IoUringAbi.IORING_OP_LINK_TIMEOUT;
    }

    @Override
    protected void prepare(Sqe sqe) {
        timespec = Timespec.allocate(time);
        sqe.opcode(opcode()).fd(-1).addr(timespec.address()).len(1);
    }

    @Override
    protected void completed(int result, int flags) {
        if (result == -Errno.EINVAL && !alone && resubmit()) {
            alone = true;
            goesOn = true;
            freeTimespec();
        } else if (result == -Errno.ETIME) {
            listener.deadlinePassed(!alone);
        } else if (result == -Errno.ENOENT || result == -Errno.EALREADY) {
            // It fired, and could not end the request: that is running, or not to be found.
            listener.deadlinePassed(false);
        } else {
            listener.deadlineUnused();
        }
    }

    @Override
    protected void failed(Throwable cause) {
        listener.deadlineUnused();
    }

    @Override
    protected void released() {
        if (goesOn) {
            goesOn = false;
        } else {
            freeTimespec();
        }
    }

    private void freeTimespec() {
        if (timespec != null) {
            NativeMemory.free(timespec);
            timespec = null;
        }
    }
}
