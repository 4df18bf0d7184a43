package io.github.reactoruring.internal.source;

import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

import io.github.reactoruring.internal.loop.DisposalBatch;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.LoopTask;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.util.context.ContextView;

/**
 * The subscription of a source that emits as it is asked to: a loop that one {@link #step} after another drains on the
 * ring's thread.
 *
 * <p>Invariants: a step is never entered anew from within itself, be it that onNext asks for more; none is made once the
 * source is over. It is over once: cancelled, complete or failed. Then {@link #stop} and {@link #free} are called, whatever
 * was thrown. A subscriber that throws has cancelled; a step that throws has failed.
 *
 * <p><b>Threads:</b> {@code request} and {@code cancel} any; all else the owner's, or, once the loop is over, that of
 * whoever is turned away.
 *
 * @param <T> what is emitted
 */
public abstract class OwnerDrain<T> implements Subscription, Scannable, LoopTask {

    private final EventLoop loop;
    private final CoreSubscriber<? super T> actual;
    private final Demand demand;
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private boolean draining;
    private boolean drainAgain;
    private boolean terminated;
    private @Nullable Throwable error;

    protected OwnerDrain(EventLoop loop, CoreSubscriber<? super T> actual) {
        this.loop = loop;
        this.actual = actual;
        demand = new Demand(loop, this::drain, this::loopClosed);
    }

    // ---- What a source is

    /** Emits what is there while it is {@link #wanted}, and gets more under way. */
    protected abstract void step();

    /** Disposes of what is in flight, and closes what is open. */
    protected abstract void stop();

    /** Frees what came from the kernel, and will not be emitted. Called on any thread when the loop is over. */
    protected void free() {
    }

    /** Learns that no more will come, the loop being over. */
    protected void loopClosed(Throwable cause) {
        fail(cause);
    }

    // ---- The subscriber's side

    @Override
    public final void request(long n) {
        if (Operators.validate(n)) {
            demand.add(n);
        }
    }

    @Override
    public final void cancel() {
        if (cancelled.compareAndSet(false, true)) {
            DisposalBatch.dispose(loop, this);
        }
    }

    /** Runs on the owner when the source was disposed of. */
    @Override
    public final void run() {
        if (!terminated) {
            end();
        }
    }

    /** Nothing is in flight any more, but what came and was not taken may still be here. */
    @Override
    public final void rejected(Throwable cause) {
        freeAll();
    }

    // ---- For the source

    public final EventLoop loop() {
        return loop;
    }

    /** Steps until there is nothing more to do, or has the step under way do so. */
    protected final void drain() {
        if (draining) {
            drainAgain = true;
            return;
        }
        draining = true;
        try {
            do {
                drainAgain = false;
                if (!isOver()) {
                    step();
                }
            } while (drainAgain);
        } catch (Throwable t) {
            if (isOver()) {
                Faults.log("A source failed when it was over", t);
            }
            fail(t);
        } finally {
            draining = false;
        }
    }

    /** Says whether the next value is asked for, and there is still somebody to take it. */
    protected final boolean wanted() {
        return demand.get() > 0 && !isOver();
    }

    protected final long demanded() {
        return demand.get();
    }

    protected final boolean isOver() {
        return terminated || cancelled.get();
    }

    /** Returns the context of who subscribed. */
    protected final ContextView context() {
        return actual.currentContext();
    }

    /** Emits what is {@link #wanted}. */
    protected final void emit(T value) {
        demand.produced(1);
        if (!Signals.next(actual, value) && cancelled.compareAndSet(false, true)) {
            end();
        }
    }

    /** Takes the element, and emits it. */
    protected final void emit(Element<? extends T> element) {
        T value = element.take();
        if (value != null) {
            emit(value);
        }
    }

    protected final void complete() {
        if (!isOver()) {
            terminated = true;
            end();
            Signals.complete(actual);
        }
    }

    protected final void fail(Throwable cause) {
        if (!isOver()) {
            terminated = true;
            error = cause;
            end();
            Signals.error(actual, cause);
        }
    }

    private void end() {
        try {
            stop();
        } catch (Throwable t) {
            Faults.log("A source could not be stopped", t);
        }
        freeAll();
    }

    private void freeAll() {
        try {
            free();
        } catch (Throwable t) {
            Faults.log("What a source held could not be freed", t);
        }
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        if (key == Attr.ACTUAL) {
            return actual;
        }
        if (key == Attr.CANCELLED) {
            return cancelled.get();
        }
        if (key == Attr.TERMINATED) {
            return terminated;
        }
        if (key == Attr.REQUESTED_FROM_DOWNSTREAM) {
            return demand.get();
        }
        if (key == Attr.ERROR) {
            return error;
        }
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }
}
