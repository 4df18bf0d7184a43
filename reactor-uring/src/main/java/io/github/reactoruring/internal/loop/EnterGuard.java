package io.github.reactoruring.internal.loop;

import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.sys.Errno;

/**
 * Enters the ring, and takes the kernel's passing refusals for what they are.
 *
 * <p>EINTR and ETIME: there may be something to do, go round. EAGAIN and EBUSY: completions must be reaped, or memory
 * freed, before the kernel takes more; what it did not consume stays staged. Anything else ends the ring: EBADR says
 * that completions were lost.
 */
final class EnterGuard {

    private static final long PRESSURE_WAIT_NANOS = 1_000_000;

    private static final int FLUSHED_AT_ONCE = 256;

    private final Ring ring;
    private final LoopStats stats;
    private final boolean timedWait;
    private boolean underPressure;

    EnterGuard(Ring ring, LoopStats stats) {
        this.ring = ring;
        this.stats = stats;
        timedWait = ring.features().has(RingFeature.TIMED_WAIT);
    }

    /** Submits and, if {@code block}, waits for a completion; returns zero, or a negated errno that ends the ring. */
    int enter(boolean block, long timeoutNanos) {
        stats.enters.increment();
        int result = ring.enter(true, block ? 1 : 0, timeoutNanos);
        if (result == -Errno.EAGAIN || result == -Errno.EBUSY) {
            if (underPressure && !ring.completionsReady()) {
                // Refused twice with nothing to reap: wait a little for a completion rather than spin.
                result = ring.enter(false, 1, PRESSURE_WAIT_NANOS);
            }
            underPressure = true;
        } else {
            underPressure = false;
        }
        return fatalOrZero(result);
    }

    /**
     * Runs task work and flushes an overflow, submitting nothing. The kernel runs as many items as completions are waited
     * for, and 20 otherwise; a wait of no time makes it many without waiting.
     */
    int flush() {
        stats.enters.increment();
        return fatalOrZero(timedWait ? ring.enter(false, FLUSHED_AT_ONCE, 0) : ring.enter(false, 0, -1));
    }

    private static int fatalOrZero(int result) {
        boolean passing = result == -Errno.EINTR || result == -Errno.ETIME || result == -Errno.EAGAIN
                || result == -Errno.EBUSY;
        return result >= 0 || passing ? 0 : result;
    }
}
