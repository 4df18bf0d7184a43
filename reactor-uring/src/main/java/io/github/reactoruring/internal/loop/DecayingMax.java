package io.github.reactoruring.internal.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Keeps the largest of the values of the last one to two windows of time. The owner records; any thread may read. Whoever
 * reads while a window ends may miss the one before.
 */
final class DecayingMax {

    static final long WINDOW_NANOS = 60_000_000_000L;

    private static final VarHandle WINDOW = handle("window");
    private static final VarHandle CURRENT = handle("current");
    private static final VarHandle PREVIOUS = handle("previous");

    /** The number of the window that {@link #current} is of. */
    private long window = Long.MIN_VALUE;
    private long current;
    private long previous;

    void record(long value, long nowNanos) {
        long now = Math.floorDiv(nowNanos, WINDOW_NANOS);
        if (now != window) {
            PREVIOUS.setOpaque(this, now - 1 == window ? current : 0);
            CURRENT.setOpaque(this, value);
            WINDOW.setRelease(this, now);
        } else if (value > current) {
            CURRENT.setOpaque(this, value);
        }
    }

    /** Returns the largest value; 0 when there is none any more. */
    long get(long nowNanos) {
        long now = Math.floorDiv(nowNanos, WINDOW_NANOS);
        long last = (long) WINDOW.getAcquire(this);
        if (last == now) {
            return Math.max((long) CURRENT.getOpaque(this), (long) PREVIOUS.getOpaque(this));
        }
        return last == now - 1 ? (long) CURRENT.getOpaque(this) : 0;
    }

    private static VarHandle handle(String field) {
        try {
            return MethodHandles.lookup().findVarHandle(DecayingMax.class, field, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
