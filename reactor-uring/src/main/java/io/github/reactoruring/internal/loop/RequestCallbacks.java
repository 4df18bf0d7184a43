package io.github.reactoruring.internal.loop;

import io.github.reactoruring.internal.ring.Sqe;

/**
 * What becomes of a request, told to the source that made it. On the owner thread, but for {@link #neverSubmitted()}.
 *
 * <p>Invariant: the loop calls these through {@link Gate} only, so that what they throw costs the request and nobody else.
 */
abstract class RequestCallbacks {

    /** Fills the cleared SQE, all but user_data. */
    protected abstract void prepare(Sqe sqe);

    /** Learns the user_data, on the owner thread, before the SQE is submitted. */
    protected void staged(long stagedUserData) {
    }

    /** Takes a completion; the last one has no IORING_CQE_F_MORE. */
    protected abstract void completed(int result, int flags);

    /** Takes a completion that arrived after the disposal: frees what it carries, signals nothing. */
    protected void discarded(int result, int flags) {
    }

    /** Learns that the request will not be served: the loop is closed, broken, or the preparation failed. */
    protected abstract void failed(Throwable cause);

    /** Learns that nobody waits for it any longer, its loop being closed; one that cleans up is made all the same. */
    protected void overdue(Throwable cause) {
    }

    /** Frees what the kernel was using. */
    protected void released() {
    }

    /** Frees what it was made with: it was disposed of before it was ever submitted. Any thread. */
    protected void neverSubmitted() {
    }
}
