package io.github.reactoruring.internal.loop;

/** Runs on the owner thread, or learns that it never will. */
@FunctionalInterface
public interface LoopTask extends Runnable, Mail {

    @Override
    default void rejected(Throwable cause) {
        // Nobody waits for it.
    }
}
