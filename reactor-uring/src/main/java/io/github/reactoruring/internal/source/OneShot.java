package io.github.reactoruring.internal.source;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.Request;
import io.github.reactoruring.internal.sys.Errno;
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
public abstract class OneShot<T> extends Request implements Subscription, Scannable, LinkTimeout.Listener {

    private static final Logger LOG = Loggers.getLogger(OneShot.class);

    private final CoreSubscriber<? super T> actual;
    private @Nullable Duration deadline;
    private @Nullable LinkTimeout timer;
    private long deadlineNanos;
    private boolean expired;
    /** A completion that says "cancelled", held until the timer says whether it was the one who did. */
    private boolean holding;
    private int heldResult;
    private int heldFlags;

    protected OneShot(EventLoop loop, CoreSubscriber<? super T> actual) {
        super(loop);
        this.actual = actual;
    }

    /** Gives the request a deadline, before it is submitted; null for none. */
    public final OneShot<T> withDeadline(@Nullable Duration time) {
        if (time != null) {
            deadline = time;
            arm(time);
        }
        return this;
    }

    private void arm(Duration time) {
        timer = new LinkTimeout(loop(), time, this);
        linkTo(timer, false);
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
    protected void staged(long userData) {
        if (deadline != null && deadlineNanos == 0) {
            deadlineNanos = loop().ring().nanoTime() + deadline.toNanos();
        }
    }

    /** Submits the rest of what was done in part; false when it was cancelled or its time is over. Owner thread. */
    final boolean submitAgain() {
        if (deadline != null) {
            long left = deadlineNanos - loop().ring().nanoTime();
            if (expired || left <= 0) {
                expired = true;
                return false;
            }
            arm(Duration.ofNanos(left));
        }
        return resubmit();
    }

    @Override
    protected void completed(int result, int flags) {
        if (!isFinal(flags)) {
            return;
        }
        if (timer != null && timer.isAwaited() && isCancellation(result) && !expired) {
            holding = true;
            heldResult = result;
            heldFlags = flags;
            return;
        }
        if (timer != null && timer.isAlone()) {
            timer.dispose();
        }
        deliver(result, flags);
    }

    private void deliver(int result, int flags) {
        if (expired && isCancellation(result)) {
            actual.onError(timeout());
            return;
        }
        T value;
        try {
            value = value(result, flags);
        } catch (Throwable t) {
            actual.onError(t);
            return;
        }
        if (value == null) {
            // The completion came first: a disposal since then lost, and must not make it vanish.
            actual.onComplete();
            return;
        }
        actual.onNext(value);
        if (!isDisposed()) {
            actual.onComplete();
        }
    }

    @Override
    public void deadlinePassed(boolean cancelling) {
        expired = true;
        if (holding) {
            deliverHeld();
        } else if (!cancelling && !isRetired() && disposeFirst()) {
            // What still arrives is discarded, and its memory kept until then: as if the subscriber had gone.
            actual.onError(timeout());
        }
    }

    @Override
    public void deadlineUnused() {
        if (holding) {
            deliverHeld();
        }
    }

    private void deliverHeld() {
        holding = false;
        if (!isDisposed()) {
            deliver(heldResult, heldFlags);
        }
    }

    private TimeoutException timeout() {
        return new TimeoutException(this + " did not end within its deadline of " + deadline);
    }

    /** Says whether a cancel ended it: by itself, or by interrupting the worker that ran it. */
    static boolean isCancellation(int result) {
        return result == -Errno.ECANCELED || result == -Errno.EINTR || result == -Errno.ERESTARTSYS;
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
            return isRetired() && !isDisposed() && !holding;
        }
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + "(user_data=0x" + Long.toHexString(userData()) + ")";
    }
}
