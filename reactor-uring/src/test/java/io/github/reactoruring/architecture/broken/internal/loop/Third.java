package io.github.reactoruring.architecture.broken.internal.loop;

/** Knows {@link First}. */
final class Third {
    First next;
}
