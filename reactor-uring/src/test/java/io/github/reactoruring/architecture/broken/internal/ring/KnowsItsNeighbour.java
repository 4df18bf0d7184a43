package io.github.reactoruring.architecture.broken.internal.ring;

import io.github.reactoruring.architecture.broken.internal.plan.Planned;

/** Knows a package of its own row. */
final class KnowsItsNeighbour {
    Planned neighbour;
}
