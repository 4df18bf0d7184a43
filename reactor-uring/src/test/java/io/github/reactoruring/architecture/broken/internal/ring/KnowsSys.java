package io.github.reactoruring.architecture.broken.internal.ring;

import io.github.reactoruring.architecture.broken.internal.sys.CallsRestricted;

/** Knows a lower row, as it may: with what knows this package there, it makes a circle. */
final class KnowsSys {
    CallsRestricted calls;
}
