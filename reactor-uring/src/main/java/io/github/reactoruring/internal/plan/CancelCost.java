package io.github.reactoruring.internal.plan;

/**
 * Predicts how many waiting requests the kernel visits for a cancel that ends {@code k} of them.
 * <p>
 * An ALL cancel looks again from the start after each match, first through every armed poll of the ring, then, when no
 * file is compared, through the list of timers. A cancelled poll stays in its table until task work runs, so a rescan
 * passes the ones found before; a cancelled timer leaves its list at once, so the next is found at the head.
 */
final class CancelCost {

    static final int OP_TIMEOUT = 11;
    private static final int OP_CLOSE = 19;

    private final long armed;

    /** Takes the requests that may be armed polls: all but the timers, which a cancel by file never looks at. */
    CancelCost(InFlightCounts inFlight) {
        armed = Math.max(0, (long) inFlight.total() - inFlight.withOpcode(OP_TIMEOUT));
    }

    /** Tells whether a cancel by file can find a request of this opcode: timers have no file, CLOSE only a number. */
    static boolean hasFile(int opcode) {
        return opcode != OP_TIMEOUT && opcode != OP_CLOSE;
    }

    /** Returns the visits of an ALL cancel of {@code k} requests that are not timers: (k/2 + 1) scans. */
    long polls(int k) {
        return (k + 2L) * armed / 2;
    }

    /** Returns the visits that the budget is charged for an ALL cancel of all {@code k} requests of one opcode. */
    long opcode(int opcode, int k) {
        return opcode == OP_TIMEOUT ? Math.max(0, timers(k)) : polls(k);
    }

    /**
     * Returns the visits of an ALL cancel of all {@code k} timers, less those of the cancels by {@code user_data} that it
     * replaces, each of which walks half the list of timers. Those of polls visit one each.
     */
    private long timers(int k) {
        return k + (k + 1L) * armed - (long) k * k / 2;
    }
}
