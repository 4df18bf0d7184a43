package io.github.reactoruring.internal.source;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Keeps what one source of a pipeline has emitted and the last one has not: operators in between lose what they hold, or
 * are just given, when they are cancelled or fail.
 *
 * <p>Invariant: each value is freed here or emitted, never both, never neither.
 *
 * <p><b>Threads:</b> any.
 *
 * @param <T> the values' type
 */
public final class Handover<T> {

    private final Consumer<? super T> free;
    private final Set<T> held = Collections.newSetFromMap(new IdentityHashMap<>());
    private boolean over;

    Handover(Consumer<? super T> free) {
        this.free = free;
    }

    /** Keeps a value that goes into the pipeline; one that comes once it is over is freed, for nobody gets it any more. */
    public void offer(T value) {
        synchronized (held) {
            if (!over) {
                held.add(value);
                return;
            }
        }
        free(value);
    }

    /** Gives a value to who emits it; false when it was freed before. */
    boolean take(T value) {
        synchronized (held) {
            return held.remove(value);
        }
    }

    /** Frees what was not taken, and what comes. Idempotent. */
    void end() {
        List<T> left;
        synchronized (held) {
            over = true;
            left = List.copyOf(held);
            held.clear();
        }
        left.forEach(this::free);
    }

    private void free(T value) {
        try {
            free.accept(value);
        } catch (Throwable t) {
            Faults.log("A buffer could not be released", t);
        }
    }
}
