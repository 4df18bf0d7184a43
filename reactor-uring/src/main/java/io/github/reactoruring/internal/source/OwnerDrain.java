package io.github.reactoruring.internal.source;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

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
 * was thrown. A subscriber that throws has cancelled; a step that throws has failed. Steps, and the freeing, are made by
 * one thread at a time, and one tells the end.
 *
 * <p><b>Threads:</b> {@code request} and {@code cancel} any; all else the owner's, or, once the loop is over, that of
 * whoever is turned away.
 *
 * @param <T> what is emitted
 */
public abstract class OwnerDrain<T> implements Subscription, Scannable, LoopTask {

    private static final int OPEN = 0;
    private static final int CANCELLED = 1;
    private static final int TERMINATED = 2;

    private static final VarHandle STATE;
    private static final VarHandle WORK;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(OwnerDrain.class, "state", int.class);
            WORK = lookup.findVarHandle(OwnerDrain.class, "work", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final EventLoop loop;
    private final CoreSubscriber<? super T> actual;
    private final Demand demand;
    private volatile int state;
    /** How often a step was asked for since the last one began; who makes it 1 makes them. */
    private volatile int work;
    /** Who makes the steps, while they are made. Whoever looks, looks for himself only. */
    private @Nullable Thread stepping;
    /** Whether what is held is to be freed. */
    private volatile boolean ended;
    private volatile @Nullable Throwable closed;
    private volatile @Nullable Throwable error;

    protected OwnerDrain(EventLoop loop, CoreSubscriber<? super T> actual) {
        this.loop = loop;
        this.actual = actual;
        demand = new Demand(loop, this::drain, this::closed);
    }

    // ---- What a source is

    /** Emits what is there while it is {@link #wanted}, and gets more under way. */
    protected abstract void step();

    /** Disposes of what is in flight, and closes what is open. */
    protected abstract void stop();

    /** Frees what came from the kernel, and will not be emitted. Called on any thread when the loop is over. */
    protected void free() {
    }

    /** Learns that no more will come, the loop being over. A step follows. */
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
        if (STATE.compareAndSet(this, OPEN, CANCELLED)) {
            DisposalBatch.dispose(loop, this);
        }
    }

    /** Runs on the owner when the source was disposed of. */
    @Override
    public final void run() {
        end();
    }

    /** Learns on any thread that the loop is over. */
    private void closed(Throwable cause) {
        closed = cause;
        drain();
    }

    /** Nothing is in flight any more, but what came and was not taken may still be here. */
    @Override
    public final void rejected(Throwable cause) {
        ended = true;
        drain();
    }

    // ---- For the source

    public final EventLoop loop() {
        return loop;
    }

    /**
     * Steps until there is nothing more to do, or has the step under way do so: be it on another thread, since a loop that is
     * over has whoever is turned away told where he is.
     */
    protected final void drain() {
        if ((int) WORK.getAndAdd(this, 1) != 0) {
            return;
        }
        int asked = 1;
        do {
            stepping = Thread.currentThread();
            round();
            stepping = null;
            asked = (int) WORK.getAndAdd(this, -asked) - asked;
        } while (asked != 0);
    }

    private void round() {
        try {
            Throwable cause = closed;
            if (cause != null && !isOver()) {
                closed = null;
                loopClosed(cause);
            }
            if (!isOver()) {
                step();
            }
        } catch (Throwable t) {
            if (isOver()) {
                Faults.log("A source failed when it was over", t);
            }
            fail(t);
        }
        if (ended) {
            freeAll();
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
        return state != OPEN;
    }

    /** Returns the context of who subscribed. */
    protected final ContextView context() {
        return actual.currentContext();
    }

    /** Emits what is {@link #wanted}. */
    protected final void emit(T value) {
        demand.produced(1);
        if (!Signals.next(actual, value) && STATE.compareAndSet(this, OPEN, CANCELLED)) {
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
        if (STATE.compareAndSet(this, OPEN, TERMINATED)) {
            end();
            Signals.complete(actual);
        }
    }

    protected final void fail(Throwable cause) {
        if (STATE.compareAndSet(this, OPEN, TERMINATED)) {
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
        ended = true;
        if (stepping == Thread.currentThread()) {
            // Before the end is told: who hears of it may want what is freed.
            freeAll();
        } else {
            drain();
        }
    }

    private void freeAll() {
        // First: who finds something to free later says so again.
        ended = false;
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
            return state == CANCELLED;
        }
        if (key == Attr.TERMINATED) {
            return state == TERMINATED;
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
