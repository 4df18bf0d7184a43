package io.github.reactoruring.internal.loop;

import org.jspecify.annotations.Nullable;

/** Who is at its turn on one file, and how many wait for theirs; {@link FileTurns} has the rules. */
final class FileTurn {

    private @Nullable Object current;
    private @Nullable Ended listener;
    private int waiting;

    /** Notes whether a turn has ended, on any of a ring's files, since somebody looked. */
    static final class Ended {

        boolean noted;
    }

    /** Has the others wait until {@code request} has ended, which {@code ended} notes. */
    void begin(Object request, Ended ended) {
        current = request;
        listener = ended;
    }

    /** Learns that the request is over. */
    void end(Object request) {
        if (current == request) {
            current = null;
            if (listener != null) {
                listener.noted = true;
            }
        }
    }

    boolean isFree() {
        return current == null;
    }

    /** Says whether the request has to wait for another, or for those that wait already. */
    boolean isOthers(Object request) {
        return current != request && (current != null || waiting > 0);
    }

    void countWaiting(int delta) {
        waiting += delta;
    }
}
