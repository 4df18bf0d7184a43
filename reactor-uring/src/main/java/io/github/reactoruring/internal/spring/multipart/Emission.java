package io.github.reactoruring.internal.spring.multipart;

import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.springframework.http.codec.multipart.PartEvent;

import io.github.reactoruring.internal.spring.Demand;
import io.github.reactoruring.internal.spring.Drain;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.util.context.Context;

/**
 * Emits what is made of the events of a multipart body to one subscriber, as he asks for it, and ends once.
 *
 * <p><b>Cancellation, errors:</b> end it at once: an error overtakes what waits. What will not be emitted is discarded.
 *
 * <p><b>Threads:</b> any; {@link #step}, {@link #discard} and what they emit come one after another.
 */
abstract class Emission<T> implements CoreSubscriber<PartEvent>, Subscription, Scannable {

    private final CoreSubscriber<? super T> actual;
    private final Demand requested = new Demand();
    private final Drain drain = new Drain(this::round);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile boolean cancelled;
    private boolean terminated;

    Emission(CoreSubscriber<? super T> actual) {
        this.actual = actual;
    }

    /** Does what is to be done next, if there is anything; returns whether there may be more. */
    abstract boolean step();

    /** Frees what will not be emitted. Called more than once. */
    abstract void discard();

    /** Stops what is being made, for it is not wanted any more. */
    abstract void stop();

    @Override
    public Context currentContext() {
        return actual.currentContext();
    }

    @Override
    public final void request(long n) {
        if (requested.add(n)) {
            drain();
        }
    }

    @Override
    public final void cancel() {
        cancelled = true;
        stop();
        drain();
    }

    final boolean isCancelled() {
        return cancelled;
    }

    final boolean isRequested() {
        return requested.isPositive();
    }

    /** Has the next drain end with an error; false if it is to end with another. */
    final boolean failWith(Throwable error) {
        return failure.compareAndSet(null, error);
    }

    final boolean hasFailed() {
        return failure.get() != null;
    }

    final void drain() {
        drain.run();
    }

    /** Does all there is to do. */
    void round() {
        try {
            while (isLive() && step()) {
                // Until there is nothing to do.
            }
        } finally {
            if (cancelled || terminated) {
                discard();
            }
        }
    }

    /** Tells of the error, if there is one and it was not told. */
    private boolean isLive() {
        Throwable error = failure.get();
        if (error != null && !cancelled && !terminated) {
            terminated = true;
            actual.onError(error);
        }
        return !cancelled && !terminated;
    }

    // ---- For step()

    final void emit(T value) {
        requested.takeOne();
        actual.onNext(value);
    }

    final void end(@Nullable Throwable error) {
        terminated = true;
        if (error != null) {
            actual.onError(error);
        } else {
            actual.onComplete();
        }
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        if (key == Attr.ACTUAL) {
            return actual;
        }
        if (key == Attr.CANCELLED) {
            return cancelled;
        }
        if (key == Attr.TERMINATED) {
            return terminated;
        }
        if (key == Attr.ERROR) {
            return failure.get();
        }
        if (key == Attr.REQUESTED_FROM_DOWNSTREAM) {
            return requested.get();
        }
        return key == Attr.RUN_STYLE ? Attr.RunStyle.SYNC : null;
    }
}
