package io.github.reactoruring.internal.source;

import java.time.Duration;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.Request;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * The kernel's timer on a request: linked behind it, where no cancel finds it and the request's end ends it; or alone, a
 * timer of its own.
 *
 * <p>A submission that the kernel cut short between the two leaves a linked one without a head, which the kernel refuses
 * (EINVAL): then it goes on alone.
 */
final class LinkTimeout extends Request {

    /** Hears how it ended, on the owner thread. */
    interface Listener {

        /** Returns the time from now to the deadline, more than zero. */
        Duration timeLeft();

        /** Says whether the request is still in flight for somebody. */
        boolean deadlineWanted();

        /** @param cancelling whether the kernel is ending the request itself, so that its completion is on the way */
        void deadlinePassed(boolean cancelling);

        /** The request ended first. */
        void deadlineUnused();

        /** There is no timer: the ring takes nothing any more, or has no memory for it. */
        void deadlineLost(Throwable cause);
    }

    private final Listener listener;
    private final Timespec timespec = new Timespec();
    /** Set by the owner; whoever disposes of the source asks for it. */
    private volatile boolean alone;

    LinkTimeout(EventLoop loop, Listener listener, boolean alone) {
        super(loop);
        this.listener = listener;
        this.alone = alone;
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
        long time = timespec.set(listener.timeLeft());
        if (alone) {
            Prep.timeout(sqe, time, 0);
        } else {
            Prep.linkTimeout(sqe, time);
        }
    }

    @Override
    protected void completed(int result, int flags) {
        // Cut off from its head; or, alone, hit by somebody's explicit cancel.
        boolean lost = result == (alone ? -Errno.ECANCELED : -Errno.EINVAL);
        if (lost && listener.deadlineWanted() && goOnAlone()) {
            return;
        }
        if (result == -Errno.ETIME) {
            listener.deadlinePassed(!alone);
        } else if (!alone && (result == -Errno.ENOENT || result == -Errno.EALREADY)) {
            // It fired, and could not end the request: that is running, or not to be found.
            listener.deadlinePassed(false);
        } else {
            listener.deadlineUnused();
        }
    }

    /** Goes on, unless it was disposed of. Whoever disposes of the source from now on finds it alone, and disposes of it too. */
    private boolean goOnAlone() {
        boolean before = alone;
        alone = true;
        boolean going = resubmit();
        if (!going) {
            alone = before;
        } else if (!listener.deadlineWanted()) {
            dispose();
        }
        return going;
    }

    /** Alone, it comes after its request, which would have no deadline if there were no room for it. */
    @Override
    protected boolean belongsToAnother() {
        return true;
    }

    @Override
    protected void failed(Throwable cause) {
        listener.deadlineLost(cause);
    }

    @Override
    protected void released() {
        timespec.free();
    }
}
