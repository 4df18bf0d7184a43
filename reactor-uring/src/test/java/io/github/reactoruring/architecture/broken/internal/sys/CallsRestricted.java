package io.github.reactoruring.architecture.broken.internal.sys;

import java.lang.foreign.MemorySegment;

/** Calls a restricted method from where that is allowed. */
public final class CallsRestricted {
    MemorySegment widen(MemorySegment segment) {
        return segment.reinterpret(8);
    }
}
