package io.github.reactoruring.architecture.broken.internal.plan;

/** Is known to a neighbour. */
public final class Planned {
}
