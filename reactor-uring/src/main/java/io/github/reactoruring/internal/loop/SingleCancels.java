package io.github.reactoruring.internal.loop;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * The requests to be cancelled by their user_data, each in turn, as many in a turn of the loop as do not hold it up.
 *
 * <p>Of most requests the kernel finds one by a table, whatever else there is. Timers are in a list by age, which it walks
 * from the oldest. So those of a batch go by age: what was cancelled before is out of the way, and only timers that stay, and
 * are older, are walked past. How many these are nobody knows; at most all that stay.
 *
 * <p><b>Threads:</b> owner only.
 */
final class SingleCancels {

    /** What the cancels of one turn may walk past, at some 3 ns each: the default of the stall budget. */
    private static final long VISITS_PER_TURN = 1 << 15;

    private final OpcodeCounts inFlight;
    private final ArrayDeque<Request> requests = new ArrayDeque<>();
    private int timers;
    private long visitsLeft;

    SingleCancels(OpcodeCounts inFlight) {
        this.inFlight = inFlight;
    }

    boolean isEmpty() {
        return requests.isEmpty();
    }

    private static boolean isTimer(Request request) {
        return request.opcode() == IoUringAbi.IORING_OP_TIMEOUT;
    }

    /** Adds a batch: what is not a timer as it comes, then the timers by age. */
    void addAll(List<Request> batch) {
        int found = 0;
        for (Request request : batch) {
            if (isTimer(request)) {
                found++;
            } else {
                requests.add(request);
            }
        }
        if (found > 0) {
            addByAge(batch, new long[found]);
            timers += found;
        }
    }

    private void addByAge(List<Request> batch, long[] ages) {
        int found = 0;
        for (int i = 0; found < ages.length; i++) {
            if (isTimer(batch.get(i))) {
                ages[found++] = (long) batch.get(i).sequence() << Integer.SIZE | i;
            }
        }
        Arrays.sort(ages);
        for (long age : ages) {
            requests.add(batch.get((int) age));
        }
    }

    void beginTurn() {
        visitsLeft = VISITS_PER_TURN;
    }

    /** Returns the next that is still in flight; null when there is none, or those of this turn were enough. */
    @Nullable
    Request poll() {
        Request request;
        while (visitsLeft > 0 && (request = requests.poll()) != null) {
            boolean timer = isTimer(request);
            timers -= timer ? 1 : 0;
            if (request.inFlight()) {
                visitsLeft -= timer ? Math.max(1, inFlight.of(IoUringAbi.IORING_OP_TIMEOUT) - timers) : 1;
                return request;
            }
        }
        return null;
    }
}
