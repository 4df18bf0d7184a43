package io.github.reactoruring.internal.plan;

import java.util.List;

import io.github.reactoruring.CancelPolicy;

/**
 * Turns one batch of disposals into the fewest cancel SQEs that match exactly the disposed requests.
 * <p>
 * A pure function, run on the owner thread because that is who may read the counts. It holds three things:
 * <ul>
 * <li>no request in flight that was not disposed is matched, the loop's own and earlier cancelled ones included;
 * <li>every disposed request is matched;
 * <li>no plan of fewer SQEs exists, and none of as few takes less than a quarter of the visits.
 * </ul>
 * Where the stall budget has no room for that plan, keys are given up until it has. What is left saves at least a third
 * of the SQEs that the best plan within the budget saves: that is tested, not proven, and nearly always it saves all.
 */
public final class CancelPlanner {

    private CancelPlanner() {
    }

    /**
     * Plans the cancels of one batch. Takes time in proportion to the batch.
     *
     * @param inFlight what is in flight now, the disposed requests included
     * @param disposed the batch: distinct requests, each in flight
     * @param capabilities what the kernel takes
     * @param policy how far to coalesce
     */
    public static CancelPlan plan(InFlightCounts inFlight, List<Disposed> disposed, CancelCapabilities capabilities,
            CancelPolicy policy) {
        if (disposed.isEmpty()) {
            return CancelPlan.EMPTY;
        }
        if (disposed.size() == 1 || !policy.isCoalescing() || !capabilities.allAndFd()) {
            return singles(disposed);
        }
        long budget = policy.stallBudgetVisits();
        ExactKeys keys = new ExactKeys(new DisposalTable(disposed), inFlight, capabilities, budget);
        PlanDraft draft = new PlanDraft(keys);
        while (!draft.fits(budget)) {
            draft.refuseWhatDoesNotFit(budget);
            draft = new PlanDraft(keys);
        }
        return draft.toPlan(inFlight, disposed);
    }

    private static CancelPlan singles(List<Disposed> disposed) {
        long[] userData = new long[disposed.size()];
        int i = 0;
        for (Disposed request : disposed) {
            userData[i++] = request.userData();
        }
        return new CancelPlan(List.of(), userData);
    }
}
