package io.github.reactoruring.architecture.broken;

import io.github.reactoruring.architecture.broken.internal.sys.CallsRestricted;

/** Is the entry: it may know every layer, and breaks no rule by it. */
public final class Uring {
    final CallsRestricted sys = new CallsRestricted();

    private Uring() {
    }
}
