package io.github.reactoruring.internal.loop;

import org.jspecify.annotations.Nullable;

/**
 * Has what goes to the current position of a file, or to its end, wait for one that goes there piece by piece: the pieces
 * of two are not to be mixed.
 *
 * <p>The files that somebody waits for are in two lists, by whether their turn is free. So to find who is next takes no
 * search, whoever else waits; and files that are free take turns themselves.
 *
 * <p><b>Threads:</b> owner only.
 */
final class FileTurns {

    /** The number of the queue of those that wait, on whichever file. */
    static final byte WAITING = 2;

    private final Turns free = new Turns();
    private final Turns taken = new Turns();
    private int size;

    /** A list through the turns themselves, which takes no memory. */
    private static final class Turns {

        private @Nullable FileQueue first;
        private @Nullable FileQueue last;

        void add(FileQueue turn) {
            turn.before = last;
            if (last == null) {
                first = turn;
            } else {
                last.behind = turn;
            }
            last = turn;
        }

        void remove(FileQueue turn) {
            FileQueue before = turn.before;
            FileQueue behind = turn.behind;
            if (before == null) {
                first = behind;
            } else {
                before.behind = behind;
            }
            if (behind == null) {
                last = before;
            } else {
                behind.before = before;
            }
            turn.before = null;
            turn.behind = null;
        }
    }

    int size() {
        return size;
    }

    /** Says whether somebody's turn has come. */
    boolean mayGoOn() {
        return free.first != null;
    }

    private static @Nullable FileQueue of(Request request) {
        OpenFile file = request.takesTurns() ? request.file() : null;
        return file == null ? null : (FileQueue) file.turn();
    }

    /** Says whether the request has to wait for another, or for those that wait already. */
    boolean isOthers(Request request) {
        FileQueue turn = of(request);
        return turn != null && turn.isOthers(request);
    }

    /** Has the request wait, behind those that wait already. */
    void add(Request request) {
        FileQueue turn = turnOf(request);
        turn.waiting.add(request);
        size++;
        if (!turn.listed) {
            turn.listed = true;
            list(turn);
        }
    }

    /** Takes out a request that waits here. */
    void remove(Request request) {
        FileQueue turn = turnOf(request);
        turn.waiting.remove(request);
        size--;
        unlist(turn);
        turn.listed = !turn.waiting.isEmpty();
        if (turn.listed) {
            // Behind the others whose turn is free: it had one.
            list(turn);
        }
    }

    private static FileQueue turnOf(Request request) {
        FileQueue turn = of(request);
        if (turn == null) {
            throw new IllegalStateException("It has no turn to wait for: " + request);
        }
        return turn;
    }

    /** Learns that a file's turn has begun, or ended. */
    void relist(FileQueue turn) {
        if (turn.listed) {
            unlist(turn);
            list(turn);
        }
    }

    private void list(FileQueue turn) {
        turn.listedAsFree = turn.isFree();
        (turn.listedAsFree ? free : taken).add(turn);
    }

    private void unlist(FileQueue turn) {
        (turn.listedAsFree ? free : taken).remove(turn);
    }

    /** Returns the first whose turn has come; null if there is none. */
    @Nullable
    Request next() {
        return free.first == null ? null : free.first.waiting.first();
    }

    /** Returns any that waits; null if there is none. */
    @Nullable
    Request any() {
        FileQueue turn = free.first == null ? taken.first : free.first;
        return turn == null ? null : turn.waiting.first();
    }

    /** Has what it takes for {@link #begin}, before the request is staged: it takes memory, of which there may be none. */
    void prepare(Request request) {
        if (request.takesTurns() && request.isInPieces()) {
            OpenFile file = request.file();
            if (file != null && file.turn() == null) {
                file.turn(new FileQueue(this));
            }
        }
    }

    /**
     * Learns that a request is staged: one of several pieces keeps the others waiting until its end. Says whether its turn
     * begins here.
     */
    boolean begin(Request request) {
        FileQueue turn = of(request);
        boolean begins = turn != null && turn.isFree() && request.isInPieces();
        if (turn != null && begins) {
            turn.begin(request);
            request.hasTurn(true);
        }
        return begins;
    }
}
