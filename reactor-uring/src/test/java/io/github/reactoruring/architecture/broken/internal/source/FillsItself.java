package io.github.reactoruring.architecture.broken.internal.source;

import io.github.reactoruring.internal.ring.Sqe;

/** Knows by heart what goes into an SQE. */
final class FillsItself {

    private FillsItself() {
    }

    static void fill(Sqe sqe) {
        sqe.opcode(0).fd(-1);
    }
}
