package io.github.reactoruring.internal.source;

import java.io.IOException;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.Request;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * A request that is its own subscription: submitted by the first {@code request(n)}, cancelled by {@code cancel()}, at
 * most one value.
 *
 * <p>The request's state word decides between completion and disposal: one wins, never both, never neither.
 *
 * @param <T> the value's type
 */
public abstract class OneShot<T> extends Request implements Subscription, Scannable {

    private static final Logger LOG = Loggers.getLogger(OneShot.class);

    private final CoreSubscriber<? super T> actual;

    protected OneShot(EventLoop loop, CoreSubscriber<? super T> actual) {
        super(loop);
        this.actual = actual;
    }

    /**
     * Turns the final completion into the value, or null for none. Called for errors too, which it turns into the
     * exception it throws.
     */
    protected abstract @Nullable T value(int result, int flags) throws IOException;

    @Override
    public final void request(long n) {
        if (Operators.validate(n)) {
            submit();
        }
    }

    @Override
    public final void cancel() {
        dispose();
    }

    @Override
    protected void completed(int result, int flags) {
        if (!isFinal(flags)) {
            return;
        }
        T value;
        try {
            value = value(result, flags);
        } catch (Throwable t) {
            actual.onError(t);
            return;
        }
        emit(value);
    }

    protected final void emit(@Nullable T value) {
        if (value != null) {
            actual.onNext(value);
        }
        if (!isDisposed()) {
            actual.onComplete();
        }
    }

    /** Emits an error, from the owner thread. */
    protected final void emitError(Throwable cause) {
        actual.onError(cause);
    }

    @Override
    protected void discarded(int result, int flags) {
        if (result < 0 && LOG.isDebugEnabled()) {
            LOG.debug("{} ended with {} after its disposal", this, result);
        }
    }

    @Override
    protected void failed(Throwable cause) {
        actual.onError(cause);
    }

    protected final CoreSubscriber<? super T> actual() {
        return actual;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        if (key == Attr.ACTUAL) {
            return actual;
        }
        if (key == Attr.CANCELLED) {
            return isDisposed();
        }
        if (key == Attr.TERMINATED) {
            return isRetired() && !isDisposed();
        }
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + "(user_data=0x" + Long.toHexString(userData()) + ")";
    }
}
