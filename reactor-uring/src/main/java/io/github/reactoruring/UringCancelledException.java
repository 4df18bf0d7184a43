package io.github.reactoruring;

import org.jspecify.annotations.Nullable;

/**
 * Signals that a request was cancelled by something other than its own disposal: an explicit cancel, the closing of
 * its file, or the closing of the ring.
 */
public final class UringCancelledException extends UringException {

    private static final long serialVersionUID = 1L;

    /** Describes a cancelled operation; see {@link UringException}. */
    public UringCancelledException(int errno, String errnoName, String operation, @Nullable String file) {
        super(errno, errnoName, operation, file,
                "cancelled by an explicit cancel, or because its file or its ring was closed");
    }
}
