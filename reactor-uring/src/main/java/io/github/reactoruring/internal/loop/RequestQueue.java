package io.github.reactoruring.internal.loop;

import org.jspecify.annotations.Nullable;

/**
 * Requests in order, linked by fields of their own: to queue one takes no memory, and to take one out of the middle no
 * search. A request is in one queue at most. <b>Threads:</b> owner only.
 */
final class RequestQueue {

    private @Nullable Request first;
    private @Nullable Request last;
    private int size;

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
        request.queue = this;
        request.queuedBefore = before;
        if (before == null) {
            first = request;
        } else {
            before.queuedBehind = request;
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
        } else {
            behind.queuedBefore = before;
        }
        request.queue = null;
        request.queuedBefore = null;
        request.queuedBehind = null;
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
