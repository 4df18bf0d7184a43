package io.github.reactoruring.internal.ring.scripted;

import java.util.List;

import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * Remembers one cancel: what it asked for, whom it reached, what it was answered.
 *
 * @param hits the user_data of every request it reached
 */
public record CancelRecord(SqeBytes sqe, List<Long> hits, int result) {

    /** Returns the IORING_ASYNC_CANCEL_* flags. */
    public int flags() {
        return sqe.opFlags();
    }

    /** Says whether it can end more than one request. */
    public boolean isWide() {
        return (flags() & (IoUringAbi.IORING_ASYNC_CANCEL_ALL | IoUringAbi.IORING_ASYNC_CANCEL_ANY)) != 0;
    }
}
