package io.github.reactoruring.internal.loop;

import org.jspecify.annotations.Nullable;

/**
 * Requests in order, linked by fields of their own: to queue one takes no memory, and to take one out of the middle no
 * search. A request is in one queue at most. <b>Threads:</b> owner only.
 */
final class RequestQueue {

    /** Is where a request is that waits in none. */
    static final byte NONE = -1;

    /** Whether others than the first may leave: only then each knows who is before it. */
    private final boolean leavable;
    /** A number and not a reference: it is set and cleared for each request. */
    private final byte number;
    private @Nullable Request first;
    private @Nullable Request last;
    private int size;

    private RequestQueue(byte number, boolean leavable) {
        this.number = number;
        this.leavable = leavable;
    }

    /**
     * Makes one that only the first may leave.
     *
     * @param number what a request in it has as its {@code queue}, from 0 on
     */
    static RequestQueue inOrder(byte number) {
        return new RequestQueue(number, false);
    }

    /** Makes one that any may leave. */
    static RequestQueue leavable(byte number) {
        return new RequestQueue(number, true);
    }

    @Nullable
    Request first() {
        return first;
    }

    boolean isEmpty() {
        return first == null;
    }

    int size() {
        return size;
    }

    void add(Request request) {
        Request before = last;
        request.queue = number;
        if (before == null) {
            first = request;
        } else {
            before.queuedBehind = request;
            if (leavable) {
                request.queuedBefore = before;
            }
        }
        last = request;
        size++;
    }

    /** Takes out a request that is in this queue. It keeps no reference to its neighbours. */
    void remove(Request request) {
        Request before = request.queuedBefore;
        Request behind = request.queuedBehind;
        if (before == null) {
            first = behind;
        } else {
            before.queuedBehind = behind;
        }
        if (behind == null) {
            last = before;
        } else if (leavable) {
            behind.queuedBefore = before;
        }
        request.queue = NONE;
        // Not where there is nothing to forget: each of these is looked at by the garbage collector's barrier.
        if (before != null) {
            request.queuedBefore = null;
        }
        if (behind != null) {
            request.queuedBehind = null;
        }
        size--;
    }

    /** Takes out the first, or returns null. */
    @Nullable
    Request poll() {
        Request request = first;
        if (request != null) {
            remove(request);
        }
        return request;
    }
}
