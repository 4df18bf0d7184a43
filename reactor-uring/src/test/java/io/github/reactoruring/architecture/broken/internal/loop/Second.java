package io.github.reactoruring.architecture.broken.internal.loop;

/** Knows {@link Third}. */
final class Second {
    Third next;
}
