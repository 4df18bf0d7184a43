package io.github.reactoruring.internal.loop;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Remembers the requests that were cancelled and are still in flight, and when to cancel each again: the next turn,
 * then after 1, 2, 4 … 100 ms, until its final CQE.
 *
 * <p>"Not found" does not mean completed: a request between io-wq and poll, the tail of a link, a disk read are in
 * flight and cannot be found. Each level has one delay, so its queue is in order of time.
 */
final class Pursuit {

    private static final long MILLISECOND_NANOS = 1_000_000;
    private static final long[] DELAY_NANOS = {0, 1, 2, 4, 8, 16, 32, 64, 100};

    /** Cancelled since everything was last known: their final CQEs may be on the way. */
    private List<Request> fresh = new ArrayList<>();
    private List<Request> spare = new ArrayList<>();
    private final List<ArrayDeque<Request>> levels = new ArrayList<>();
    /** How many the levels hold, those whose final CQE has come meanwhile included. */
    private int waiting;

    Pursuit() {
        for (int level = 0; level < DELAY_NANOS.length; level++) {
            levels.add(new ArrayDeque<>());
        }
    }

    /** Says whether nothing was cancelled lately, and nothing waits to be: there is no need to know the time. */
    boolean isIdle() {
        return waiting == 0 && fresh.isEmpty();
    }

    void cancelled(Request request) {
        fresh.add(request);
    }

    /** Called when all that has happened is known, and every staged cancel was consumed. */
    void settled(long now) {
        if (fresh.isEmpty()) {
            return;
        }
        List<Request> settled = fresh;
        fresh = spare;
        for (Request request : settled) {
            if (request.inFlight()) {
                int level = request.pursuitLevel();
                request.pursue(Math.min(level + 1, DELAY_NANOS.length - 1),
                        now + DELAY_NANOS[level] * MILLISECOND_NANOS);
                levels.get(level).add(request);
                waiting++;
            }
        }
        settled.clear();
        spare = settled;
    }

    /** Moves up to {@code limit} requests that are due to {@code due}. */
    void drainDue(long now, int limit, List<Request> due) {
        for (ArrayDeque<Request> level : levels) {
            Request request;
            while ((request = level.peek()) != null && due.size() < limit) {
                if (request.inFlight()) {
                    if (request.pursuitNanos() - now > 0) {
                        break;
                    }
                    due.add(request);
                }
                level.remove();
                waiting--;
            }
        }
    }

    /** Returns the time until the next request is due, or -1 when there is none. */
    long nanosToNext(long now) {
        long shortest = Long.MAX_VALUE;
        for (int i = 0; i < levels.size(); i++) {
            ArrayDeque<Request> level = levels.get(i);
            Request request;
            while ((request = level.peek()) != null && !request.inFlight()) {
                level.remove();
                waiting--;
            }
            if (request != null) {
                shortest = Math.min(shortest, Math.max(0, request.pursuitNanos() - now));
            }
        }
        return shortest == Long.MAX_VALUE ? -1 : shortest;
    }
}
