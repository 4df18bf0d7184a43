package io.github.reactoruring.internal.loop;

/**
 * The order to close a loop, and until when anybody waits for it.
 */
record Shutdown(long deadlineNanos) implements Mail {

    private static final long LONGEST_WAIT_NANOS = 100_000_000;

    boolean isPast(long now) {
        return now - deadlineNanos > 0;
    }

    /** Returns the one whose deadline is nearer: nobody waits longer than he said. */
    Shutdown orSooner(Shutdown other) {
        return other.deadlineNanos - deadlineNanos < 0 ? other : this;
    }

    long limitWait(long waitNanos, long now) {
        long limit = Math.clamp(deadlineNanos - now, 0, LONGEST_WAIT_NANOS);
        return waitNanos < 0 ? limit : Math.min(waitNanos, limit);
    }

    @Override
    public void rejected(Throwable cause) {
        // It is over already.
    }
}
