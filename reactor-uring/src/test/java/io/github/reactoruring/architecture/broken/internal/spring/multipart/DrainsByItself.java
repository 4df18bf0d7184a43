package io.github.reactoruring.architecture.broken.internal.spring.multipart;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps two counts of work of its own; a count of other things it may have. */
final class DrainsByItself {

    private static final VarHandle WORK = MethodHandles.arrayElementVarHandle(int[].class);

    private final AtomicInteger emitting = new AtomicInteger();
    private final AtomicInteger emitted = new AtomicInteger();
    private final int[] work = new int[1];

    void emit() {
        if (emitting.getAndIncrement() == 0 && (int) WORK.getAndAdd(work, 0, 1) == 0) {
            emitted.incrementAndGet();
        }
    }
}
