package io.github.reactoruring.architecture.broken.internal.loop;

/** Calls out by itself. */
final class GoesRound {
    void call(RequestCallbacks request, Runnable task) {
        request.completed();
        task.run();
    }
}
