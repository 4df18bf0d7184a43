package io.github.reactoruring.internal.loop;

import org.jspecify.annotations.Nullable;

/**
 * Requests in the order they came, whose first alone leaves, and which have no number as their {@code queue}. As many as there usually are stand in an array, which costs each
 * of them one reference for the garbage collector's barrier to look at, where a list costs it three; the others in a list, so
 * that to add one never takes memory. <b>Threads:</b> owner only.
 */
final class Arrivals {

    private static final int PLACES = 1024;

    private final @Nullable Request[] places = new Request[PLACES];
    private int head;
    private int placed;
    private final RequestQueue others = RequestQueue.inOrder(RequestQueue.NONE);

    @Nullable
    Request first() {
        return placed == 0 ? others.first() : places[head];
    }

    boolean isEmpty() {
        return placed == 0 && others.isEmpty();
    }

    int size() {
        return placed + others.size();
    }

    void add(Request request) {
        if (placed == PLACES || !others.isEmpty()) {
            others.add(request);
            return;
        }
        places[(head + placed) & (PLACES - 1)] = request;
        placed++;
    }

    /** Takes out the first, which there is. */
    void removeFirst() {
        if (placed == 0) {
            others.poll();
            return;
        }
        places[head] = null;
        head = (head + 1) & (PLACES - 1);
        placed--;
    }
}
