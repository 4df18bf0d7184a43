package io.github.reactoruring.internal.loop;

import java.util.function.Consumer;

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

    /** The numbers from this one on are others'. */
    static final byte QUEUES = 4;
    private static final byte HEAVY = 0;
    private static final byte LIGHT = 1;
    private static final byte OWN = 3;

    /** What is charged to one that does not know yet how much it moves, at least: an eighth of it where it is not copied. */
    private static final int LEAST_GUESS_BYTES = FileTraits.DIRECT_PIECE_BYTES / 8;

    private final InFlightTable inFlight;
    private final int completionEntries;
    /** What has come, and was not looked at yet. */
    private final Arrivals fresh = new Arrivals();
    /** Of those held back: what moves bytes, what does not, and what waits for its turn on a file. */
    private final RequestQueue heavy = RequestQueue.leavable(HEAVY);
    private final RequestQueue light = RequestQueue.leavable(LIGHT);
    private final FileTurns waiting = new FileTurns();
    /** The loop's own: what closes, and what cleans up. */
    private final RequestQueue own = RequestQueue.inOrder(OWN);
    /** How many are held back, in whichever. */
    private int held;
    private boolean lightNext;
    private boolean heavyNext;
    private long inlineBytesLeft;
    /** Those of what {@link #next} returned. */
    private long nextBytes;

    /** @param completionEntries the most that may be in flight of what ends by itself soon */
    Backlog(InFlightTable inFlight, int completionEntries) {
        this.inFlight = inFlight;
        this.completionEntries = completionEntries;
    }

    void add(Request request) {
        if (request.survivesClosing()) {
            own.add(request);
        } else {
            fresh.add(request);
        }
    }

    /** Returns how many wait, the loop's own not counted. */
    int size() {
        return fresh.size() + held;
    }

    /** Visits those of the loop's own; none is to come or go meanwhile. */
    void forEachOwn(Consumer<Request> action) {
        for (Request each = own.first(); each != null; each = each.queuedBehind) {
            action.accept(each);
        }
    }

    /** Says whether another turn could stage more without waiting for a completion. */
    boolean canStage() {
        return !own.isEmpty() || !fresh.isEmpty() || somethingHeld() && hasRoom();
    }

    private boolean somethingHeld() {
        return held != 0 && (!heavy.isEmpty() || !light.isEmpty() || waiting.mayGoOn());
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

    /** Takes from all in turn, lest one that always has something starves another. */
    private @Nullable Request nextHeld() {
        Request moving = nextMoving();
        long bytes = moving == null ? 0 : inlineBytes(moving);
        Request other = light.first();
        if (moving == null || !fits(bytes) || lightNext && other != null) {
            return other;
        }
        nextBytes = bytes;
        return moving;
    }

    private @Nullable Request nextMoving() {
        Request first = heavyNext ? heavy.first() : waiting.next();
        if (first != null) {
            return first;
        }
        return heavyNext ? waiting.next() : heavy.first();
    }

    private @Nullable Request nextFresh() {
        Request request;
        while ((request = fresh.first()) != null) {
            byte queue = whereToHold(request);
            // One that was disposed of has not to wait, and nobody else would tell.
            if (queue == RequestQueue.NONE || !request.markHeld()) {
                return request;
            }
            fresh.removeFirst();
            held++;
            switch (queue) {
                case HEAVY -> heavy.add(request);
                case LIGHT -> light.add(request);
                default -> waiting.add(request);
            }
        }
        return null;
    }

    /** Returns where a request has to wait, or NONE if it need not. */
    private byte whereToHold(Request request) {
        if (!request.noteRoom()) {
            return RequestQueue.NONE;
        }
        long bytes = inlineBytes(request);
        if (bytes == 0) {
            return hasRoom() ? RequestQueue.NONE : LIGHT;
        }
        if (waiting.isOthers(request)) {
            return FileTurns.WAITING;
        }
        boolean mayGo = hasRoom() && heavy.isEmpty() && fits(bytes);
        nextBytes = mayGo ? bytes : 0;
        return mayGo ? RequestQueue.NONE : HEAVY;
    }

    /** One that moves more than the whole of a turn goes alone. */
    private boolean fits(long bytes) {
        return bytes <= inlineBytesLeft || inlineBytesLeft == INLINE_BYTES_PER_TURN;
    }

    private static long inlineBytes(Request chain) {
        long bytes = 0;
        for (Request each = chain; each != null; each = each.linked()) {
            bytes += each.inlineBytes();
        }
        return bytes;
    }

    /** Takes out what {@link #next} returned: it is to be staged now, or ends. */
    void take(Request request) {
        byte queue = request.queue;
        if (queue == RequestQueue.NONE) {
            fresh.removeFirst();
        } else {
            remove(request);
        }
        if (queue == HEAVY || queue == FileTurns.WAITING) {
            lightNext = true;
            heavyNext = queue == FileTurns.WAITING;
        } else if (queue == LIGHT) {
            lightNext = false;
        }
        inlineBytesLeft -= nextBytes;
        if (nextBytes > 0) {
            waiting.prepare(request);
        }
    }

    /**
     * Learns that what {@link #take} took out was staged, or has ended: only now some know how much they move. What was counted
     * for more is given back.
     */
    void staged(Request request) {
        if (nextBytes == 0) {
            return;
        }
        if (!request.inFlight()) {
            inlineBytesLeft += nextBytes;
        } else {
            if (nextBytes >= LEAST_GUESS_BYTES) {
                inlineBytesLeft += nextBytes - inlineBytes(request);
            }
            if (waiting.begin(request)) {
                holdOthers();
            }
        }
    }

    /** Has those wait that came before anybody had a turn on their file, and before those who will wait for it. */
    private void holdOthers() {
        Request behind;
        for (Request each = heavy.first(); each != null; each = behind) {
            behind = each.queuedBehind;
            if (waiting.isOthers(each)) {
                heavy.remove(each);
                waiting.add(each);
            }
        }
    }

    /** Takes out one that is held back, such as one that was disposed of meanwhile, or of the loop's own. */
    void remove(Request request) {
        switch (request.queue) {
            case RequestQueue.NONE -> {
                return;
            }
            case OWN -> {
                own.remove(request);
                return;
            }
            case HEAVY -> heavy.remove(request);
            case LIGHT -> light.remove(request);
            default -> waiting.remove(request);
        }
        held--;
    }

    /** Takes out any, the loop's own last and only if they are wanted; null when there is none. */
    @Nullable
    Request poll(boolean ownToo) {
        Request request = fresh.first();
        if (request != null) {
            fresh.removeFirst();
            return request;
        }
        request = heavy.first();
        request = request == null ? light.first() : request;
        request = request == null ? waiting.any() : request;
        request = request == null && ownToo ? own.first() : request;
        if (request != null) {
            remove(request);
        }
        return request;
    }
}
