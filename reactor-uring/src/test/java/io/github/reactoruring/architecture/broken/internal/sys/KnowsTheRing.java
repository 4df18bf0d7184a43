package io.github.reactoruring.architecture.broken.internal.sys;

import io.github.reactoruring.architecture.broken.internal.ring.RefersToRestricted;

/** Knows a higher layer. */
final class KnowsTheRing {
    RefersToRestricted[] rings;
}
