package io.github.reactoruring.internal.loop;

import org.jspecify.annotations.Nullable;

/**
 * Requests in order, linked by fields of their own: to queue one takes no memory, and to take one out of the middle no
 * search. A request is in one queue at most. <b>Threads:</b> owner only.
 */
final class RequestQueue {

    /** Is where a request is that waits in none. */
    static final byte NONE = -1;

    /** A number and not a reference: it is set and cleared for each request. */
    private final byte number;
    private @Nullable Request first;
    private @Nullable Request last;
    private int size;

    /** @param number what a request in it has as its {@code queue}, from 0 on */
    RequestQueue(int number) {
        this.number = (byte) number;
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
        request.queue = NONE;
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
