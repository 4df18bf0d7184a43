package io.github.reactoruring.architecture.broken;

import io.github.reactoruring.architecture.broken.internal.sys.CallsRestricted;

/** Is vocabulary that knows a layer. */
public record Word(CallsRestricted[] sys) {
}
