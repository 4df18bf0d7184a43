package io.github.reactoruring.internal.source;

import io.github.reactoruring.internal.loop.EventLoop;

/** Chooses the ring of a subscription when it is made: assembly may be long before, and on another ring's thread. */
@FunctionalInterface
public interface Loops {

    EventLoop next();

    /** Always chooses {@code loop}. */
    static Loops only(EventLoop loop) {
        return () -> loop;
    }
}
