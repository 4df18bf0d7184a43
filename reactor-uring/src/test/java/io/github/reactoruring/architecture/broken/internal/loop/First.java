package io.github.reactoruring.architecture.broken.internal.loop;

/** Knows {@link Second}. */
final class First {
    Second next;
}
