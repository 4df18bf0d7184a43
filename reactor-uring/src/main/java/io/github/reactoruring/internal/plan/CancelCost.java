package io.github.reactoruring.internal.plan;

/**
 * Predicts how many waiting requests the kernel visits for a cancel that ends {@code k} of them, and how many it might in
 * the time that planning takes.
 * <p>
 * An ALL cancel looks again from the start after each match, first through every armed poll of the ring, then, when no
 * file is compared, through the list of timers. A cancelled poll stays in its table until task work runs, so a rescan
 * passes the ones found before; a cancelled timer leaves its list at once, so the next is found at the head.
 * <p>
 * What cancels by {@code user_data} would cost instead is not set off against it where anything else is armed: they are
 * spread over many turns, and those of timers, staged in the order the timers were, find theirs near the head of the list.
 */
final class CancelCost {

    static final int OP_TIMEOUT = 11;
    private static final int OP_CLOSE = 19;
    /** Ended in some 3 ms, at 0.3 to 0.43 µs each. */
    private static final int MOST_TIMERS = 8192;
    /** A visit takes 4 ns, and 10 to 30 ns were measured for each request. */
    private static final int PLANNING_VISITS = 8;
    /** Up to five drafts, three as a rule: 4 to 20 ns were measured for each cell and draft. */
    private static final int MORE_DRAFTS_VISITS = 16;

    private final long armed;

    /** Takes the requests that may be armed polls: all but the timers, which a cancel by file never looks at. */
    CancelCost(InFlightCounts inFlight) {
        armed = Math.max(0, (long) inFlight.total() - inFlight.withOpcode(OP_TIMEOUT));
    }

    /** Returns the visits that planning so many requests counts for. */
    static long planning(int requests) {
        return (long) PLANNING_VISITS * requests;
    }

    /** Returns the visits that the drafts after the first count for, where that does not fit. */
    static long moreDrafts(int cells) {
        return (long) MORE_DRAFTS_VISITS * cells;
    }

    /** Tells whether a cancel by file can find a request of this opcode: timers have no file, CLOSE only a number. */
    static boolean hasFile(int opcode) {
        return opcode != OP_TIMEOUT && opcode != OP_CLOSE;
    }

    /** Returns the visits of an ALL cancel of {@code k} requests that are not timers: (k/2 + 1) scans. */
    long polls(int k) {
        return (k + 2L) * armed / 2;
    }

    /**
     * Returns the visits of an ALL cancel of all {@code k} timers: all polls before each, and the head of the list. Nothing is
     * charged where there is nothing else, or one poll, such as that of the ring's own wake-ups: for thousands it is over as
     * soon as the cancels that it replaces.
     */
    long timers(int k) {
        return armed <= 1 && k <= MOST_TIMERS ? 0 : k + (k + 1L) * armed;
    }

    /** Returns the visits of an ANY cancel, which ends all there is: the polls, then the timers, past what the polls left. */
    long everything(int timers) {
        return polls((int) Math.min(armed, Integer.MAX_VALUE)) + timers(timers);
    }

    /** Returns the visits of an ALL cancel of all {@code k} requests of one opcode, as those of polls or of timers. */
    long opcode(int opcode, int k) {
        return opcode == OP_TIMEOUT ? timers(k) : polls(k);
    }
}
