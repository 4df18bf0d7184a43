package io.github.reactoruring.internal.loop;

import org.jspecify.annotations.Nullable;

/**
 * What is to be staged, and in which order: of the loop's own whatever there is, of what may wait for ever whatever comes,
 * and of what ends by itself soon as much as the completion queue has room for, and as many bytes as a turn may move.
 *
 * <p>Requests go in the order they came, but that one which has to wait for room or for its turn lets those pass that need
 * not. Those that move bytes wait apart from those that move none: a NOP is not to wait for somebody's copying.
 *
 * <p><b>Threads:</b> owner only.
 */
final class Backlog {

    /**
     * What one turn moves between the page cache and memory inside the submission. A MiB takes some 0.1 ms, and as long
     * again where Java copies it too.
     */
    static final int INLINE_BYTES_PER_TURN = 2 * FileTraits.PIECE_BYTES;

    private final InFlightTable inFlight;
    private final int completionEntries;
    /** What has come, and was not looked at yet. */
    private final RequestQueue fresh = new RequestQueue(0);
    /** Of those held back: what moves bytes, what does not, and what waits for its turn on a file. */
    private final RequestQueue heavy = new RequestQueue(1);
    private final RequestQueue light = new RequestQueue(2);
    private final RequestQueue waiting = new RequestQueue(3);
    /** The loop's own: what closes, and what cleans up. */
    private final RequestQueue own = new RequestQueue(4);
    private final RequestQueue[] queues = {fresh, heavy, light, waiting, own};
    private final FileTurns turns = new FileTurns(waiting);
    private boolean lightNext;
    private long inlineBytesLeft;
    /** Those of what {@link #next} returned. */
    private long nextBytes;

    /** @param completionEntries the most that may be in flight of what ends by itself soon */
    Backlog(InFlightTable inFlight, int completionEntries) {
        this.inFlight = inFlight;
        this.completionEntries = completionEntries;
    }

    void add(Request request) {
        (request.survivesClosing() ? own : fresh).add(request);
    }

    /** Returns how many wait, the loop's own not counted. */
    int size() {
        return fresh.size() + heavy.size() + light.size() + turns.size();
    }

    /** Says whether another turn could stage more without waiting for a completion. */
    boolean canStage() {
        return !own.isEmpty() || !fresh.isEmpty() || somethingHeld() && hasRoom();
    }

    private boolean somethingHeld() {
        return !heavy.isEmpty() || !light.isEmpty() || turns.mayGoOn();
    }

    private boolean hasRoom() {
        return inFlight.bounded() < completionEntries;
    }

    void beginTurn() {
        inlineBytesLeft = INLINE_BYTES_PER_TURN;
    }

    /** Returns the next to be staged in this turn, which stays here until it is {@link #take taken}; null for none. */
    @Nullable
    Request next() {
        nextBytes = 0;
        Request request = own.first();
        if (request == null && somethingHeld() && hasRoom()) {
            request = nextHeld();
        }
        return request != null ? request : nextFresh();
    }

    /** Takes from both in turn, lest one that always has something starves the other. */
    private @Nullable Request nextHeld() {
        Request moving = turns.next();
        if (moving == null) {
            moving = heavy.first();
        }
        long bytes = moving == null ? 0 : inlineBytes(moving);
        Request other = light.first();
        if (moving == null || !fits(bytes) || lightNext && other != null) {
            return other;
        }
        nextBytes = bytes;
        return moving;
    }

    private @Nullable Request nextFresh() {
        Request request;
        while ((request = fresh.first()) != null) {
            RequestQueue held = whereToHold(request);
            if (held == null) {
                return request;
            }
            fresh.remove(request);
            held.add(request);
            if (!request.markHeld()) {
                // Disposed of: what it holds has not to wait.
                return request;
            }
        }
        return null;
    }

    /** Returns where a request has to wait, or null if it need not. */
    private @Nullable RequestQueue whereToHold(Request request) {
        boolean bounded = !isUnbounded(request);
        request.takesRoom(bounded);
        if (!bounded) {
            return null;
        }
        long bytes = inlineBytes(request);
        if (bytes == 0) {
            return hasRoom() ? null : light;
        }
        if (turns.isOthers(request)) {
            return turns.queueOf(request);
        }
        boolean mayGo = hasRoom() && heavy.isEmpty() && fits(bytes);
        nextBytes = mayGo ? bytes : 0;
        return mayGo ? null : heavy;
    }

    /** One that moves more than the whole of a turn goes alone. */
    private boolean fits(long bytes) {
        return bytes <= inlineBytesLeft || inlineBytesLeft == INLINE_BYTES_PER_TURN;
    }

    private static boolean isUnbounded(Request chain) {
        for (Request each = chain; each != null; each = each.linked()) {
            if (each.unbounded()) {
                return true;
            }
        }
        return false;
    }

    private static long inlineBytes(Request chain) {
        long bytes = 0;
        for (Request each = chain; each != null; each = each.linked()) {
            bytes += each.inlineBytes();
        }
        return bytes;
    }

    /** Takes out what {@link #next} returned: it is staged now, or ends. */
    void take(Request request) {
        byte queue = request.queue;
        remove(request);
        if (queues[queue] == heavy || queues[queue] == light) {
            lightNext = queues[queue] == heavy;
        }
        if (nextBytes > 0) {
            inlineBytesLeft -= nextBytes;
            if (turns.begin(request)) {
                holdOthers();
            }
        }
    }

    /** Has those wait that came before anybody had a turn on their file, and before those who will wait for it. */
    private void holdOthers() {
        Request behind;
        for (Request each = heavy.first(); each != null; each = behind) {
            behind = each.queuedBehind;
            if (turns.isOthers(each)) {
                heavy.remove(each);
                turns.queueOf(each).add(each);
            }
        }
    }

    /** Takes out one that was disposed of. */
    void remove(Request request) {
        byte queue = request.queue;
        if (queue != RequestQueue.NONE) {
            queues[queue].remove(request);
            if (queues[queue] == waiting) {
                turns.removed(request);
            }
        }
    }

    /** Takes out any, the loop's own last and only if they are wanted; null when there is none. */
    @Nullable
    Request poll(boolean ownToo) {
        Request request = null;
        for (RequestQueue queue : queues) {
            if (request == null && (queue != own || ownToo)) {
                request = queue.first();
            }
        }
        if (request != null) {
            remove(request);
        }
        return request;
    }
}
