package io.github.reactoruring.buffer;

/** Signals that a bounded pool has no buffer left: all are in flight, or were not released downstream. */
public final class BuffersExhaustedException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    /** Makes one that says what to do. */
    public BuffersExhaustedException(String message) {
        super(message);
    }
}
