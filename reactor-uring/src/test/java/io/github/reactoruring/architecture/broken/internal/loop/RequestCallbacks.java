package io.github.reactoruring.architecture.broken.internal.loop;

/** Has a callback. */
interface RequestCallbacks {
    void completed();
}
