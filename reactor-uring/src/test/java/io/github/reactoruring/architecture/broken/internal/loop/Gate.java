package io.github.reactoruring.architecture.broken.internal.loop;

/** Calls out, as it may. */
final class Gate {
    void pass(RequestCallbacks request, Runnable task) {
        request.completed();
        task.run();
    }
}
