package io.github.reactoruring.internal.loop;

/**
 * Chooses the ring of a subscription when it is made: assembly may be long before, and on another ring's thread. A loop
 * chooses itself.
 */
@FunctionalInterface
public interface Loops {

    EventLoop next();
}
