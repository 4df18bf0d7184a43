package io.github.reactoruring.architecture.broken.internal.source;

import io.github.reactoruring.buffer.BufferFactory;

/** Forgets its lease. */
final class LeasesItself {

    private LeasesItself() {
    }

    static void lease(BufferFactory<String> buffers) {
        buffers.lease(1);
    }
}
