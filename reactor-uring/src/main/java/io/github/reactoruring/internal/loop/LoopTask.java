package io.github.reactoruring.internal.loop;

/** Runs on the owner thread, or learns that it never will. */
public interface LoopTask extends Runnable {

    /** Is called instead of {@link #run()} when the loop has closed; on any thread. */
    void rejected(Throwable cause);
}
