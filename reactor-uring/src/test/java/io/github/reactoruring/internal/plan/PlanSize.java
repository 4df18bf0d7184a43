package io.github.reactoruring.internal.plan;

import io.github.reactoruring.internal.plan.SimulatedRing.Request;

/** Says how many cancel SQEs a plan takes, and how many visits the stall budget is charged for them. */
record PlanSize(int sqes, long charge) {

    static PlanSize of(SimulatedRing ring, CancelPlan plan) {
        long charge = 0;
        for (CancelKey key : plan.wideKeys()) {
            boolean timers = key.kind() == CancelKey.Kind.OPCODE && key.opcode() == SimulatedRing.TIMEOUT;
            charge += charge(ring, timers, ring.matchedBy(key));
        }
        return new PlanSize(sqes(plan), charge);
    }

    static int sqes(CancelPlan plan) {
        return plan.wideKeys().size() + plan.singles().length;
    }

    /** Returns what the stall budget is charged for an ALL cancel that ends {@code k} requests. */
    static long charge(SimulatedRing ring, boolean timers, int k) {
        int armed = 0;
        for (Request request : ring.requests) {
            armed += request.opcode() == SimulatedRing.TIMEOUT ? 0 : 1;
        }
        if (!timers) {
            return (long) ((k / 2.0 + 1) * armed);
        }
        double scansOfPollsAndHeads = (k + 1.0) * armed + k;
        double halfTheListEach = k * (k / 2.0);
        return (long) Math.max(0, Math.ceil(scansOfPollsAndHeads - halfTheListEach));
    }
}
