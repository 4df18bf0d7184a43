package io.github.reactoruring.internal.source;

import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

import reactor.core.CoreSubscriber;
import reactor.core.Scannable;

/**
 * How a source of at most one value ends: by the cancel, or by its result. Who comes first wins.
 *
 * <p><b>Threads:</b> any for the cancel; the owner's for the result.
 *
 * @param <T> the value's type
 */
public final class Outcome<T> {

    private static final int OPEN = 0;
    private static final int CANCELLED = 1;
    private static final int DECIDED = 2;

    private final CoreSubscriber<? super T> actual;
    private final AtomicInteger state = new AtomicInteger();
    /** Set by a cancel that came too late, maybe from within onNext. */
    private volatile boolean left;

    public Outcome(CoreSubscriber<? super T> actual) {
        this.actual = actual;
    }

    public CoreSubscriber<? super T> actual() {
        return actual;
    }

    /** Cancels; false when there was a result, or a cancel, before. */
    public boolean cancel() {
        left = true;
        return state.compareAndSet(OPEN, CANCELLED);
    }

    /** Has the result decide, which is told next; false when there was a cancel, or a result, before. */
    public boolean decide() {
        return state.compareAndSet(OPEN, DECIDED);
    }

    /** Emits the value, once it was {@link #decide decided}; false when the subscriber threw. */
    public boolean succeed(T value) {
        boolean taken = Signals.next(actual, value);
        if (taken && !left) {
            Signals.complete(actual);
        }
        return taken;
    }

    /** Signals the error, unless something else came first. */
    public void fail(Throwable cause) {
        if (decide()) {
            Signals.error(actual, cause);
        }
    }

    /** Signals the error, once it was {@link #decide decided} that there is a result. */
    public void failDecided(Throwable cause) {
        Signals.error(actual, cause);
    }

    public boolean isOpen() {
        return state.get() == OPEN;
    }

    public boolean isCancelled() {
        return state.get() == CANCELLED;
    }

    /** Answers for the subscription that this is the outcome of. */
    @SuppressWarnings("rawtypes")
    public @Nullable Object scan(Scannable.Attr key) {
        if (key == Scannable.Attr.ACTUAL) {
            return actual;
        }
        if (key == Scannable.Attr.CANCELLED) {
            return isCancelled();
        }
        if (key == Scannable.Attr.TERMINATED) {
            return state.get() == DECIDED;
        }
        return key == Scannable.Attr.RUN_STYLE ? Scannable.Attr.RunStyle.ASYNC : null;
    }
}
