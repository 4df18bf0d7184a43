package io.github.reactoruring.internal.spring.multipart;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.springframework.http.codec.multipart.PartEvent;

import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Makes something of each part of a multipart body, one part after the other, as it is asked for.
 *
 * <p><b>Threads:</b> any; {@link #step}, {@link #discard} and what they emit come one after another.
 */
public abstract class EachPart<T> implements CoreSubscriber<PartEvent>, Subscription, Scannable {

    private final CoreSubscriber<? super T> actual;
    private final AtomicLong requested = new AtomicLong();
    /** Whoever makes it 1 emits, for all who come meanwhile. */
    private final AtomicInteger emitting = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile boolean cancelled;
    private @Nullable Subscription upstream;
    /** A part was asked for, and is not over yet. */
    private boolean asked;
    private boolean terminated;

    EachPart(CoreSubscriber<? super T> actual) {
        this.actual = actual;
    }

    /** Does what is to be done next, if there is anything; returns whether there may be more. */
    abstract boolean step();

    /** Frees what will not be emitted. Called more than once. */
    abstract void discard();

    /** Stops what is being made. */
    abstract void abandon();

    @Override
    public Context currentContext() {
        return actual.currentContext();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        if (Operators.validate(upstream, subscription)) {
            upstream = subscription;
            actual.onSubscribe(this);
        }
    }

    @Override
    public void request(long n) {
        if (Operators.validate(n)) {
            requested.accumulateAndGet(n, Operators::addCap);
            drain();
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        upstream().cancel();
        abandon();
        drain();
    }

    Subscription upstream() {
        return Objects.requireNonNull(upstream, "onSubscribe comes first");
    }

    boolean isCancelled() {
        return cancelled;
    }

    void fail(Throwable error) {
        failure.compareAndSet(null, error);
        drain();
    }

    void drain() {
        if (emitting.getAndIncrement() != 0) {
            return;
        }
        int missed = 1;
        do {
            while (isLive() && step()) {
                // Until there is nothing to do.
            }
            if (!isLive()) {
                discard();
            }
            missed = emitting.addAndGet(-missed);
        } while (missed != 0);
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

    void emit(T value) {
        requested.updateAndGet(n -> n == Long.MAX_VALUE ? n : n - 1);
        actual.onNext(value);
    }

    /** Asks for the next part, if somebody wants one; returns whether it did. */
    boolean askForNext() {
        if (asked || requested.get() == 0) {
            return false;
        }
        asked = true;
        upstream().request(1);
        return true;
    }

    void partIsOver() {
        asked = false;
    }

    void end(@Nullable Throwable error) {
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
        if (key == Attr.PARENT) {
            return upstream;
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
