package io.github.reactoruring.architecture.broken.raw;

import io.github.reactoruring.architecture.broken.Uring;

/** Is a facet that knows the entry. */
final class KnowsTheEntry {
    Uring uring;
}
