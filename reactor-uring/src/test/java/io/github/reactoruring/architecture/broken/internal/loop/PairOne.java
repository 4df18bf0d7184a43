package io.github.reactoruring.architecture.broken.internal.loop;

/** Knows {@link PairOther}. */
final class PairOne {
    PairOther next;
}
