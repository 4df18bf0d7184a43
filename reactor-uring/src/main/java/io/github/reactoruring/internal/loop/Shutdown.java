package io.github.reactoruring.internal.loop;

/**
 * Ends a loop in order: cancel everything, wait for the final CQEs, close the files, then the ring.
 *
 * <p>Past the deadline the loop fails: it leaks what the kernel may still write to, and says so.
 */
final class Shutdown {

    private static final long LONGEST_WAIT_NANOS = 100_000_000;

    private final EventLoop loop;
    private final long deadlineNanos;

    Shutdown(EventLoop loop, long deadlineNanos) {
        this.loop = loop;
        this.deadlineNanos = deadlineNanos;
        loop.beginClosing();
    }

    void advance(long now) {
        if (!loop.hasWork() && !loop.closeFiles() && !loop.hasWork()) {
            loop.finish();
        } else if (now - deadlineNanos > 0) {
            loop.fail(new IllegalStateException("The ring " + loop.name() + " was closed with "
                    + loop.inFlightCount() + " requests still in flight at the deadline: their memory is leaked,"
                    + " since the kernel may still write to it"));
        }
    }

    long limitWait(long waitNanos, long now) {
        long limit = Math.clamp(deadlineNanos - now, 0, LONGEST_WAIT_NANOS);
        return waitNanos < 0 ? limit : Math.min(waitNanos, limit);
    }
}
