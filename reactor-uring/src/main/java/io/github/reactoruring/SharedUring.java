package io.github.reactoruring;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.engine.Rings;

/**
 * Holds the Uring of the JVM, and whether one can be had at all. Both are found out once; but that memory or descriptors are
 * short just now is asked again.
 */
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
            } catch (Throwable t) {
                if (Rings.isPassing(t)) {
                    return t;
                }
                cause = t;
            }
            tried = true;
        }
        return cause;
    }
}
