package io.github.reactoruring.internal.source;

import java.io.IOException;
import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

import io.github.reactoruring.UringCancelledException;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.Request;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * A request that is its own subscription: submitted by the first {@code request(n)}, cancelled by {@code cancel()}, at
 * most one value.
 *
 * <p>The request's state word decides between completion and disposal: one wins, never both, never neither.
 *
 * @param <T> the value's type
 */
public abstract class OneShot<T> extends Request implements Subscription, Scannable {

    private final CoreSubscriber<? super T> actual;
    private @Nullable Deadline deadline;
    /** Whether the value is made elsewhere, and told when it is there. */
    private boolean valueIsMade;
    /** Whether the subscriber has been told what became of it. */
    private boolean told;

    protected OneShot(EventLoop loop, CoreSubscriber<? super T> actual) {
        super(loop);
        this.actual = actual;
    }

    /** Returns the subscriber's context; an empty one where that throws. */
    protected final Context context() {
        return Signals.context(actual);
    }

    /** Gives the request a deadline, before it is submitted; null for none. */
    public final OneShot<T> withDeadline(@Nullable Duration time) {
        if (time != null) {
            deadline = new Deadline(this, time, opcode(), !elusive());
        }
        return this;
    }

    /**
     * Turns the final completion into the value, or null for none. Called for errors too, which it turns into the
     * exception it throws.
     */
    protected abstract @Nullable T value(int result, int flags) throws IOException;

    /**
     * Has the value made elsewhere where that takes long; then {@link #deliverMade} is called when it is there. Not by
     * default.
     */
    protected boolean makesValueElsewhere(int result, int flags) {
        return false;
    }

    /** Delivers the value that was made elsewhere, unless nobody wants it any more. */
    protected final void deliverMade(int result, int flags) {
        valueIsMade = false;
        deliverHeld(result, flags);
    }

    /**
     * Closes what came to be with the value, whose subscriber threw. By default there is nothing to close: memory is the
     * subscriber's, which may have handed it on before.
     */
    protected void refused() {
    }

    @Override
    public final void request(long n) {
        if (Operators.validate(n)) {
            submit();
        }
    }

    @Override
    public final void cancel() {
        dispose();
        if (deadline != null) {
            deadline.sourceGone();
        }
    }

    @Override
    protected void staged(long userData) {
        if (deadline != null) {
            deadline.staged();
        }
    }

    /** Submits the rest of what was done in part; false when it was cancelled or its time is over. Owner thread. */
    protected final boolean submitAgain() {
        return mayGoOn() && resubmit();
    }

    /** As {@link #submitAgain()}, with the memory the request has. */
    protected final boolean submitAgainHolding() {
        return mayGoOn() && resubmitHolding();
    }

    private boolean mayGoOn() {
        if (deadline == null) {
            return true;
        }
        if (!deadline.timeIsLeft()) {
            return false;
        }
        deadline.rearm();
        return true;
    }

    @Override
    protected void completed(int result, int flags) {
        if (isFinal(flags) && (deadline == null || !deadline.holds(result, flags))) {
            deliver(result, flags);
        }
    }

    private void deliver(int result, int flags) {
        if (told) {
            return;
        }
        if (makesValueElsewhere(result, flags)) {
            valueIsMade = true;
            return;
        }
        T value;
        try {
            value = value(result, flags);
        } catch (Throwable t) {
            told = true;
            Signals.error(actual, atDeadline(Errors.told(this, t)));
            return;
        }
        told = true;
        if (value == null) {
            // The completion came first: a disposal since then lost, and must not make it vanish.
            Signals.complete(actual);
            return;
        }
        if (!Signals.next(actual, value)) {
            dispose();
            refused();
        } else if (!isDisposed()) {
            Signals.complete(actual);
        }
    }

    /** Returns the error to tell: a cancellation that the deadline caused is a timeout. */
    private Throwable atDeadline(Throwable error) {
        return deadline != null && deadline.expired() && error instanceof UringCancelledException
                ? deadline.timeout()
                : error;
    }

    /** Delivers a completion that waited for the deadline's timer. */
    final void deliverHeld(int result, int flags) {
        if (!isDisposed()) {
            deliver(result, flags);
        }
    }

    /** Ends the source at its deadline. What still arrives is discarded, as if the subscriber had gone. */
    final void giveUp() {
        if (deadline != null) {
            endWith(deadline.timeout());
        }
    }

    /** As {@link #giveUp()}, for another reason. */
    final void endWith(Throwable cause) {
        if (disposeFirst()) {
            Signals.error(actual, cause);
        }
    }

    @Override
    protected void discarded(int result, int flags) {
        if (deadline != null && isFinal(flags)) {
            deadline.over();
        }
        if (result < 0) {
            Faults.note("{} ended with {} after its disposal", this, result);
        }
    }

    @Override
    protected void failed(Throwable cause) {
        if (deadline != null) {
            deadline.over();
        }
        if (!told) {
            told = true;
            Signals.error(actual, cause);
        }
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
            return isRetired() && !isDisposed() && !valueIsMade && (deadline == null || !deadline.holding());
        }
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + "(user_data=0x" + Long.toHexString(userData()) + ")";
    }
}
