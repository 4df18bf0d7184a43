package io.github.reactoruring.internal.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.github.reactoruring.internal.plan.SimulatedRing.Request;

/**
 * Finds, by trying every set of keys, how few cancel SQEs can match exactly what was disposed, and for each number of
 * them the fewest visits that the stall budget is charged.
 */
final class SmallestPlan {

    private static final int ALL = 1;
    private static final int FD = 2;
    private static final int FD_FIXED = 8;
    private static final int OP = 32;

    private static final long IMPOSSIBLE = Long.MAX_VALUE;

    /** Holds the fewest visits, by the number of SQEs. */
    private final long[] charges;

    private SmallestPlan(long[] charges) {
        this.charges = charges;
    }

    private record Candidate(int covers, long charge) {
    }

    static SmallestPlan of(SimulatedRing ring, CancelCapabilities capabilities) {
        List<Candidate> candidates = candidates(ring, capabilities);
        int requests = ring.requests.size();
        int wanted = 0;
        for (int i = 0; i < requests; i++) {
            wanted |= ring.requests.get(i).disposed() ? 1 << i : 0;
        }
        long[][] charges = new long[1 << requests][requests + 1];
        for (long[] bySqes : charges) {
            Arrays.fill(bySqes, IMPOSSIBLE);
        }
        charges[0][0] = 0;
        for (int covered = 0; covered < wanted; covered++) {
            // The order of the keys is all the same: the first request that is left is next.
            int next = Integer.lowestOneBit(wanted & ~covered);
            for (int sqes = 0; sqes < requests; sqes++) {
                for (Candidate candidate : candidates) {
                    if (charges[covered][sqes] != IMPOSSIBLE && (candidate.covers & next) != 0) {
                        long[] after = charges[covered | candidate.covers];
                        after[sqes + 1] = Math.min(after[sqes + 1], charges[covered][sqes] + candidate.charge);
                    }
                }
            }
        }
        return new SmallestPlan(charges[wanted]);
    }

    /** Returns the fewest SQEs, and the fewest visits that so few take. */
    PlanSize size() {
        int sqes = sqesWithin(IMPOSSIBLE - 1);
        return new PlanSize(sqes, charges[sqes]);
    }

    /** Returns the fewest SQEs whose visits stay within a budget. */
    int sqesWithin(long budget) {
        int sqes = 0;
        while (charges[sqes] > budget) {
            sqes++;
        }
        return sqes;
    }

    private static List<Candidate> candidates(SimulatedRing ring, CancelCapabilities capabilities) {
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < ring.requests.size(); i++) {
            if (ring.requests.get(i).disposed()) {
                candidates.add(new Candidate(1 << i, 0));
            }
        }
        int[] opcodes = ring.requests.stream().mapToInt(Request::opcode).distinct().toArray();
        for (int opcode : opcodes) {
            addIfExact(ring, capabilities, ALL | OP, -1, opcode, candidates);
        }
        for (int file = 0; file < ring.files.size(); file++) {
            if (ring.fileMatchable(file)) {
                int flags = ALL | FD | (ring.fileIsFixed(file) ? FD_FIXED : 0);
                addIfExact(ring, capabilities, flags, ring.fileDescriptor(file), 0, candidates);
                for (int opcode : opcodes) {
                    addIfExact(ring, capabilities, flags | OP, ring.fileDescriptor(file), opcode, candidates);
                }
            }
        }
        return candidates;
    }

    private static void addIfExact(SimulatedRing ring, CancelCapabilities capabilities, int flags, int fd, int opcode,
            List<Candidate> candidates) {
        if (!SimulatedRing.supports(capabilities, flags)) {
            return;
        }
        int covers = 0;
        for (int i = 0; i < ring.requests.size(); i++) {
            if (ring.matches(flags, fd, opcode, ring.requests.get(i))) {
                if (!ring.requests.get(i).disposed()) {
                    return;
                }
                covers |= 1 << i;
            }
        }
        if (covers != 0) {
            boolean timers = (flags & OP) != 0 && opcode == SimulatedRing.TIMEOUT;
            candidates.add(new Candidate(covers, PlanSize.charge(ring.armed(), timers, Integer.bitCount(covers))));
        }
    }
}
