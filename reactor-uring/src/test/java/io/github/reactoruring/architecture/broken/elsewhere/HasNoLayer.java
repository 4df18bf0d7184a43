package io.github.reactoruring.architecture.broken.elsewhere;

/** Lives in a package that the design does not know. */
final class HasNoLayer {
}
