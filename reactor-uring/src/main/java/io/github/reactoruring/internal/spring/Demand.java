package io.github.reactoruring.internal.spring;

import java.util.concurrent.atomic.AtomicLong;

import reactor.core.publisher.Operators;

/**
 * Counts what was requested and not taken from it again; {@code Long.MAX_VALUE} stands for all there is, and stays.
 *
 * <p><b>Threads:</b> any; {@link #takeOne} by one at a time.
 */
public final class Demand {

    private final AtomicLong requested = new AtomicLong();

    /** Adds {@code n}; false, and nothing, if that is no number to request (Reactive Streams, 3.9). */
    public boolean add(long n) {
        if (!Operators.validate(n)) {
            return false;
        }
        requested.accumulateAndGet(n, Operators::addCap);
        return true;
    }

    public boolean isPositive() {
        return requested.get() > 0;
    }

    public long get() {
        return requested.get();
    }

    /** Takes one of those that are there. */
    public void takeOne() {
        requested.updateAndGet(n -> n == Long.MAX_VALUE ? n : n - 1);
    }

    /** Takes all, and returns how many. */
    public long takeAll() {
        return requested.getAndSet(0);
    }
}
