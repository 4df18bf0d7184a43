package io.github.reactoruring.internal.source;

import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.TimeoutException;

import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * Bounds the time of a one-shot request, by a timer in the kernel.
 *
 * <p>The timer is linked behind the request (LINK_TIMEOUT). Newer kernels, 6.18 for one, start it when the first attempt
 * at the request is over: too late for one in which a kernel worker sleeps. Such requests get a timer of their own, as all do on a ring without links.
 *
 * <p><b>Threads:</b> the owner's, but for {@link #sourceGone()}.
 */
final class Deadline implements LinkTimeout.Listener {

    private static final Duration LONGEST = Duration.ofDays(36_500);
    /** Operations that wait by being polled, or in a list of the kernel's: no attempt at them sleeps. */
    private static final BitSet NEVER_SLEEP = new BitSet();

    static {
        for (int opcode : new int[]{IoUringAbi.IORING_OP_NOP, IoUringAbi.IORING_OP_READV, IoUringAbi.IORING_OP_WRITEV,
                IoUringAbi.IORING_OP_READ_FIXED, IoUringAbi.IORING_OP_WRITE_FIXED, IoUringAbi.IORING_OP_POLL_ADD,
                IoUringAbi.IORING_OP_SENDMSG, IoUringAbi.IORING_OP_RECVMSG, IoUringAbi.IORING_OP_TIMEOUT,
                IoUringAbi.IORING_OP_ACCEPT, IoUringAbi.IORING_OP_CONNECT, IoUringAbi.IORING_OP_READ,
                IoUringAbi.IORING_OP_WRITE, IoUringAbi.IORING_OP_SEND, IoUringAbi.IORING_OP_RECV,
                IoUringAbi.IORING_OP_SEND_ZC, IoUringAbi.IORING_OP_SENDMSG_ZC, IoUringAbi.IORING_OP_WAITID,
                IoUringAbi.IORING_OP_FUTEX_WAIT, IoUringAbi.IORING_OP_FUTEX_WAITV}) {
            NEVER_SLEEP.set(opcode);
        }
    }

    private final OneShot<?> target;
    private final Duration time;
    private final boolean linked;
    private LinkTimeout timer;
    private boolean started;
    private long endNanos;
    private boolean expired;
    /** Whether a completion that says "cancelled" is held until the timer says whether it was the one who did. */
    private boolean holding;
    private int heldResult;
    private int heldFlags;

    /** @param mayLink false for a request that is forced to a kernel worker */
    Deadline(OneShot<?> target, Duration time, int opcode, boolean mayLink) {
        this.target = target;
        this.time = time.compareTo(LONGEST) > 0 ? LONGEST : time;
        linked = mayLink && NEVER_SLEEP.get(opcode) && target.loop().ring().features().has(RingFeature.LINKS);
        timer = newTimer();
    }

    private LinkTimeout newTimer() {
        LinkTimeout made = new LinkTimeout(target.loop(), this, !linked);
        if (linked) {
            target.linkTo(made, false);
        }
        return made;
    }

    boolean expired() {
        return expired;
    }

    /** Says whether a completion is on hold. */
    boolean holding() {
        return holding;
    }

    /** The request was staged: its time runs. */
    void staged() {
        if (!started) {
            started = true;
            endNanos = now() + time.toNanos();
            if (!linked) {
                timer.submit();
            }
        }
    }

    /** Says whether there is time left for the rest of what was done in part. */
    boolean timeIsLeft() {
        expired |= endNanos - now() <= 0;
        return !expired;
    }

    /** Times the rest. */
    void rearm() {
        if (timer.isAlone()) {
            // It runs on.
            target.unlink();
        } else {
            timer = newTimer();
        }
    }

    /** Takes a final completion; true if it is delivered later, when the timer has ended too. */
    boolean holds(int result, int flags) {
        if (timer.isAlone()) {
            timer.dispose();
        } else if (timer.isAwaited() && Errno.endedByCancel(-result) && !expired) {
            holding = true;
            heldResult = result;
            heldFlags = flags;
        }
        return holding;
    }

    /** The source was disposed of, in flight or between two submissions; any thread. */
    void sourceGone() {
        if (timer.isAlone()) {
            timer.dispose();
        }
    }

    /**
     * The request has ended after its disposal, or was turned away before it was submitted again: a timer that stands alone is
     * not needed any more.
     */
    void over() {
        if (timer.isAlone()) {
            timer.dispose();
        }
    }

    @Override
    public Duration timeLeft() {
        return started ? Duration.ofNanos(Math.max(1, endNanos - now())) : time;
    }

    @Override
    public boolean deadlineWanted() {
        return !target.isRetired() && !target.isDisposed();
    }

    @Override
    public void deadlinePassed(boolean cancelling) {
        expired = true;
        if (holding) {
            deliverHeld();
        } else if (!cancelling && !target.isRetired()) {
            target.giveUp();
        }
    }

    @Override
    public void deadlineUnused() {
        if (holding) {
            deliverHeld();
        }
    }

    @Override
    public void deadlineLost(Throwable cause) {
        if (holding) {
            deliverHeld();
        } else if (cause instanceof Error && deadlineWanted()) {
            // Who asked for a deadline waits no longer than that: rather not at all than for ever.
            target.endWith(cause);
        }
    }

    private void deliverHeld() {
        holding = false;
        target.deliverHeld(heldResult, heldFlags);
    }

    TimeoutException timeout() {
        return new TimeoutException(target + " did not end within its deadline of " + time);
    }

    private long now() {
        return target.loop().ring().nanoTime();
    }
}
