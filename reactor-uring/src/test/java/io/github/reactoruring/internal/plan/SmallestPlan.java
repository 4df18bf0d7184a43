package io.github.reactoruring.internal.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.github.reactoruring.internal.plan.SimulatedRing.Request;

/**
 * Finds, by trying every set of keys, how few cancel SQEs can match exactly what was disposed, and the fewest visits
 * the stall budget is charged for that few.
 */
final class SmallestPlan {

    private static final int ALL = 1;
    private static final int FD = 2;
    private static final int FD_FIXED = 8;
    private static final int OP = 32;

    private SmallestPlan() {
    }

    private record Candidate(int covers, long charge) {
    }

    static PlanSize of(SimulatedRing ring, CancelCapabilities capabilities) {
        List<Candidate> candidates = candidates(ring, capabilities);
        int wanted = 0;
        for (int i = 0; i < ring.requests.size(); i++) {
            wanted |= ring.requests.get(i).disposed() ? 1 << i : 0;
        }
        int[] keys = new int[1 << ring.requests.size()];
        long[] charge = new long[keys.length];
        Arrays.fill(keys, Integer.MAX_VALUE);
        keys[0] = 0;
        for (int covered = 0; covered < keys.length; covered++) {
            if (keys[covered] == Integer.MAX_VALUE) {
                continue;
            }
            for (Candidate candidate : candidates) {
                int after = covered | candidate.covers;
                int keysAfter = keys[covered] + 1;
                long chargeAfter = charge[covered] + candidate.charge;
                if (after != covered && (keysAfter < keys[after]
                        || keysAfter == keys[after] && chargeAfter < charge[after])) {
                    keys[after] = keysAfter;
                    charge[after] = chargeAfter;
                }
            }
        }
        return new PlanSize(keys[wanted], charge[wanted]);
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
            candidates.add(new Candidate(covers, PlanSize.charge(ring, timers, Integer.bitCount(covers))));
        }
    }
}
