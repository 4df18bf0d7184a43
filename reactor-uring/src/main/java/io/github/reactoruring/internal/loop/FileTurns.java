package io.github.reactoruring.internal.loop;

import org.jspecify.annotations.Nullable;

/**
 * Has what goes to the current position of a file, or to its end, wait for one that goes there piece by piece: the pieces
 * of two are not to be mixed.
 *
 * <p><b>Threads:</b> owner only.
 */
final class FileTurns {

    private final RequestQueue waiting;
    /** Whether a turn has ended since those who wait were last looked at. */
    private final FileTurn.Ended ended = new FileTurn.Ended();

    FileTurns(RequestQueue waiting) {
        this.waiting = waiting;
    }

    int size() {
        return waiting.size();
    }

    boolean mayGoOn() {
        return ended.noted && !waiting.isEmpty();
    }

    private static @Nullable FileTurn of(Request request) {
        OpenFile file = request.takesTurns() ? request.file() : null;
        return file == null ? null : file.turn();
    }

    /** Says whether the request has to wait for another, or for those that wait already. */
    boolean isOthers(Request request) {
        FileTurn turn = of(request);
        return turn != null && turn.isOthers(request);
    }

    /** Returns where the request is to wait, and counts it. */
    RequestQueue queueOf(Request request) {
        count(request, 1);
        return waiting;
    }

    /** Learns that a request does not wait any more. */
    void removed(Request request) {
        count(request, -1);
    }

    private static void count(Request request, int delta) {
        FileTurn turn = of(request);
        if (turn != null) {
            turn.countWaiting(delta);
        }
    }

    /** Returns the first whose turn has come; null if there is none. */
    @Nullable
    Request next() {
        if (!ended.noted) {
            return null;
        }
        for (Request each = waiting.first(); each != null; each = each.queuedBehind) {
            FileTurn turn = of(each);
            if (turn == null || turn.isFree()) {
                return each;
            }
        }
        ended.noted = false;
        return null;
    }

    /**
     * Learns that a request is staged: one of several pieces keeps the others waiting until its end. Says whether its turn
     * begins here.
     */
    boolean begin(Request request) {
        FileTurn turn = of(request);
        boolean begins = turn != null && turn.isFree() && request.isInPieces();
        if (turn != null && begins) {
            turn.begin(request, ended);
            request.hasTurn(true);
        }
        return begins;
    }
}
