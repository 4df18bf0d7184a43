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
    /** The loop's own: what closes, and what cleans up. */
    private final RequestQueue own = new RequestQueue();
    /** What has come, and was not looked at yet. */
    private final RequestQueue fresh = new RequestQueue();
    /** Of those held back: what moves bytes, and what does not. */
    private final RequestQueue heavy = new RequestQueue();
    private final RequestQueue light = new RequestQueue();
    private final FileTurns turns = new FileTurns();
    private final RequestQueue[] all = {fresh, heavy, light, turns.queue(), own};
    private boolean lightNext;
    private long inlineBytesLeft;

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
        if (moving != null && !fits(inlineBytes(moving))) {
            moving = null;
        }
        Request other = light.first();
        return moving == null || lightNext && other != null ? other : moving;
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
        if (turns.isOthers(request)) {
            return turns.queueOf(request);
        }
        long bytes = inlineBytes(request);
        if (bytes == 0) {
            return hasRoom() ? null : light;
        }
        return hasRoom() && heavy.isEmpty() && fits(bytes) ? null : heavy;
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
        RequestQueue queue = request.queue;
        remove(request);
        if (queue == heavy || queue == light) {
            lightNext = queue == heavy;
        }
        if (request.takesRoom()) {
            inlineBytesLeft -= inlineBytes(request);
            turns.begin(request);
        }
    }

    /** Takes out one that was disposed of. */
    void remove(Request request) {
        RequestQueue queue = request.queue;
        if (queue != null) {
            queue.remove(request);
            turns.removed(request, queue);
        }
    }

    /** Takes out any, the loop's own last and only if they are wanted; null when there is none. */
    @Nullable
    Request poll(boolean ownToo) {
        Request request = null;
        for (RequestQueue queue : all) {
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
