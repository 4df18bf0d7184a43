package io.github.reactoruring.internal.plan;

import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * Describes one cancel SQE that ends every request it matches. Cancels by {@code user_data} are plain longs in
 * {@link CancelPlan#byUserData()}.
 *
 * @param kind what the key compares
 * @param fd what goes into the SQE's {@code fd}; -1 where no file is compared
 * @param fixed whether {@code fd} is a fixed slot
 * @param opcode what goes into the SQE's {@code len}; 0 where no opcode is compared
 * @param covered the positions in the batch of the requests that stay uncovered if this key is not staged; every
 *     disposed request is in one key's positions or cancelled by user_data. Owned by the receiver
 */
public record CancelKey(Kind kind, int fd, boolean fixed, int opcode, int[] covered) {

    /** Lists what a key can compare. {@code ANY} is not here: it is for shutdown, and nothing is left to plan then. */
    public enum Kind {
        /** Compares the open file. */
        FILE,
        /** Compares the open file and the opcode. */
        FILE_AND_OPCODE,
        /** Compares the opcode. */
        OPCODE
    }

    /** Returns the {@code IORING_ASYNC_CANCEL_*} bits for the SQE's {@code cancel_flags}. */
    public int flags() {
        int flags = IoUringAbi.IORING_ASYNC_CANCEL_ALL;
        if (kind != Kind.OPCODE) {
            flags |= IoUringAbi.IORING_ASYNC_CANCEL_FD | (fixed ? IoUringAbi.IORING_ASYNC_CANCEL_FD_FIXED : 0);
        }
        if (kind != Kind.FILE) {
            flags |= IoUringAbi.IORING_ASYNC_CANCEL_OP;
        }
        return flags;
    }
}
