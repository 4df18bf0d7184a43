package io.github.reactoruring;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.ErrnoException;

/** Holds the Uring of the JVM, and whether one can be had at all: found out once, but for what passes. */
final class SharedUring {

    private static @Nullable Uring shared;
    private static @Nullable Throwable cause;
    private static boolean tried;

    private SharedUring() {
    }

    static synchronized Uring get() {
        if (shared != null) {
            return shared;
        }
        Uring opened = Uring.builder("shared").build();
        shared = opened;
        return opened;
    }

    static synchronized @Nullable Uring ifOpen() {
        return shared;
    }

    static synchronized @Nullable Throwable unavailabilityCause() {
        if (!tried && shared == null) {
            try {
                Uring.builder("probe").submissionEntries(1).completionEntries(2).build().dispose();
                cause = null;
            } catch (Throwable t) {
                cause = t;
            }
            tried = cause == null || !passes(cause);
        }
        return cause;
    }

    /** Says whether it may be otherwise in a moment: there were too many files open, or too little memory. */
    private static boolean passes(Throwable refusal) {
        return refusal instanceof VirtualMachineError || refusal.getCause() instanceof ErrnoException call
                && (call.errno() == Errno.EMFILE || call.errno() == Errno.ENFILE || call.errno() == Errno.ENOMEM
                        || call.errno() == Errno.EAGAIN);
    }
}
