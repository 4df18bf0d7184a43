package io.github.reactoruring.internal.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Counts on the owner thread, without a fence; any thread may read. */
final class Counter {

    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(Counter.class, "value", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private long value;

    void increment() {
        add(1);
    }

    void add(long delta) {
        VALUE.setOpaque(this, value + delta);
    }

    void set(long newValue) {
        VALUE.setOpaque(this, newValue);
    }

    long get() {
        return (long) VALUE.getOpaque(this);
    }
}
