package io.github.reactoruring.architecture.broken.internal.ring.kernel;

import io.github.reactoruring.architecture.broken.internal.sys.Syscalls;

/** Makes a system call where that is allowed. */
final class MayClose {

    int close(int descriptor) {
        return Syscalls.close(descriptor);
    }
}
