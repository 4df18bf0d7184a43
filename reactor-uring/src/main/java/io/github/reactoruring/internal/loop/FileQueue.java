package io.github.reactoruring.internal.loop;

import org.jspecify.annotations.Nullable;

/** Who is at its turn on one file, and those that wait for theirs, in order; {@link FileTurns} has the rules. */
final class FileQueue extends FileTurn {

    private final FileTurns turns;
    final RequestQueue waiting = RequestQueue.leavable(FileTurns.WAITING);
    private @Nullable Object current;
    /** Whether it is in one of the two lists, for somebody waits; in which, and its neighbours there. */
    boolean listed;
    boolean listedAsFree;
    @Nullable
    FileQueue before;
    @Nullable
    FileQueue behind;

    FileQueue(FileTurns turns) {
        this.turns = turns;
    }

    /** Has the others wait until {@code request} has ended. */
    void begin(Request request) {
        current = request;
        turns.relist(this);
    }

    @Override
    void end(Object request) {
        if (current == request) {
            current = null;
            turns.relist(this);
        }
    }

    boolean isFree() {
        return current == null;
    }

    /** Says whether the request has to wait for another, or for those that wait already. */
    boolean isOthers(Request request) {
        return current != request && (current != null || !waiting.isEmpty());
    }
}
