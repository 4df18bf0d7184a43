package io.github.reactoruring.architecture.broken.internal.spring;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts who asks, as it may. */
public final class Drain {

    private final AtomicInteger asked = new AtomicInteger();

    boolean isFirst() {
        return asked.getAndIncrement() == 0;
    }
}
