package io.github.reactoruring.architecture.broken.internal.loop;

/** Knows {@link PairOne}. */
final class PairOther {
    PairOne next;
}
