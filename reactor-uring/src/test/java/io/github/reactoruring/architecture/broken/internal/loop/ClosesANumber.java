package io.github.reactoruring.architecture.broken.internal.loop;

import io.github.reactoruring.architecture.broken.internal.sys.Syscalls;

/** Makes a system call on a number that it was given. */
final class ClosesANumber {

    int close(int descriptor) {
        return Syscalls.close(descriptor);
    }
}
