package io.github.reactoruring.internal.loop;

/** Has the owner of a loop run a turn soon. */
@FunctionalInterface
public interface Waker {

    /** Called from any thread, and only while the owner has announced to sleep; neither blocks nor runs the turn itself. */
    void wake();
}
