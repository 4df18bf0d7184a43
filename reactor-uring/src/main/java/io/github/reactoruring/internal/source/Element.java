package io.github.reactoruring.internal.source;

import org.jspecify.annotations.Nullable;

/**
 * What lies between the kernel and a subscriber.
 *
 * <p>Invariant: it is taken, to be emitted, or freed; one of the two, and once. What was emitted is the subscriber's, even
 * of one that throws: it may have handed it on before.
 *
 * <p><b>Threads:</b> the owner's.
 *
 * @param <T> what is emitted
 */
public abstract class Element<T> {

    private boolean over;

    /** Makes what is emitted. Where that throws, nothing is left to free. */
    protected abstract T value();

    /** Frees what nobody took. */
    protected abstract void discard();

    /** Takes it, the ownership with it; null when it was taken or freed before. */
    public final @Nullable T take() {
        if (over) {
            return null;
        }
        over = true;
        return value();
    }

    /** Frees it if nobody took it. What a user's code throws meanwhile is logged: there may be more to free. */
    public final void free() {
        if (!over) {
            over = true;
            try {
                discard();
            } catch (Throwable t) {
                Faults.log("What nobody took could not be freed", t);
            }
        }
    }
}
