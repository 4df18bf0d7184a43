package io.github.reactoruring.internal.source;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.LoopTask;
import reactor.core.publisher.Operators;

/**
 * Counts what a subscriber asked for, and gets the owner to look at it: at once when it is the owner who asks, else by
 * one mailbox entry however often it is asked.
 */
final class Demand implements LoopTask {

    private static final VarHandle REQUESTED;
    private static final VarHandle SIGNALLED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            REQUESTED = lookup.findVarHandle(Demand.class, "requested", long.class);
            SIGNALLED = lookup.findVarHandle(Demand.class, "signalled", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final EventLoop loop;
    private final Runnable drain;
    private final Consumer<Throwable> rejected;
    private volatile long requested;
    private volatile boolean signalled;

    /**
     * Counts from zero.
     *
     * @param drain runs on the owner; guards itself against recursion
     * @param rejected runs instead when the loop has closed
     */
    Demand(EventLoop loop, Runnable drain, Consumer<Throwable> rejected) {
        this.loop = loop;
        this.drain = drain;
        this.rejected = rejected;
    }

    void add(long n) {
        long current;
        do {
            current = requested;
        } while (!REQUESTED.compareAndSet(this, current, Operators.addCap(current, n)));
        if (loop.inEventLoop()) {
            drain.run();
        } else if (SIGNALLED.compareAndSet(this, false, true)) {
            loop.execute(this);
        }
    }

    long get() {
        return requested;
    }

    void produced(long n) {
        long current;
        do {
            current = requested;
        } while (current != Long.MAX_VALUE && !REQUESTED.compareAndSet(this, current, current - n));
    }

    @Override
    public void run() {
        signalled = false;
        drain.run();
    }

    @Override
    public void rejected(Throwable cause) {
        signalled = false;
        rejected.accept(cause);
    }
}
