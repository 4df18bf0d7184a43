package io.github.reactoruring.internal.plan;

/** Says how many cancel SQEs a plan takes, and how many visits the stall budget is charged for them. */
record PlanSize(int sqes, long charge) {

    /** How much more the planner's plan may be charged than the cheapest that is as short. */
    static final long MOST_TIMES_THE_FEWEST_VISITS = 4;

    /** Returns the visits that planning so many disposals counts for. */
    static long planning(int disposals) {
        return 8L * disposals;
    }

    /** Returns the visits that planning anew counts for, where the first plan does not fit. */
    static long moreDrafts(int cells) {
        return 16L * cells;
    }

    static PlanSize of(SimulatedRing ring, CancelPlan plan) {
        long charge = 0;
        for (CancelKey key : plan.wideKeys()) {
            boolean timers = key.kind() == CancelKey.Kind.OPCODE && key.opcode() == SimulatedRing.TIMEOUT;
            charge += charge(ring.armed(), timers, ring.matchedBy(key));
        }
        return new PlanSize(sqes(plan), charge);
    }

    static int sqes(CancelPlan plan) {
        return plan.wideKeys().size() + plan.byUserData().length;
    }

    /** Returns what the stall budget is charged for an ALL cancel that ends {@code k} requests among those that are armed. */
    static long charge(long armed, boolean timers, int k) {
        if (!timers) {
            return (long) ((k / 2.0 + 1) * armed);
        }
        return armed <= 1 && k <= 8192 ? 0 : (k + 1L) * armed + k;
    }
}
