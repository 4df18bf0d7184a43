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
 * Where the stall budget has no room for that plan, keys are given up until it has. What is left saves at least half
 * of the SQEs that the best plan within the budget saves: that is tested, not proven, and nearly always it saves all.
 * <p>
 * The time of planning counts against the budget as well, at 8 visits for each disposal. So a batch of thousands is
 * cancelled one by one without a look at its files, since what the budget still allows could not save much: on a ring
 * where {@code M} requests wait, {@code B} visits are enough for keys that match fewer than {@code 2 B / M} of them.
 */
public final class CancelPlanner {

    /** Keys of opcodes give way to those of files, and these to finer ones: that takes two refusals, as a rule. */
    private static final int MOST_REFUSALS = 3;
    /** Some 4 to 20 ms, once in a ring's life. */
    private static final long MOST_VISITS_OF_ANY = 1 << 20;

    private CancelPlanner() {
    }

    /**
     * Tells, from counts alone, whether a plan for so many disposals may have fewer cancels than one for each. If not, it
     * is not worth describing them.
     */
    public static boolean mayCoalesce(InFlightCounts inFlight, int disposals, CancelCapabilities capabilities,
            CancelPolicy policy) {
        if (disposals < 2 || !policy.isCoalescing() || !capabilities.allAndFd()) {
            return false;
        }
        CancelCost cost = new CancelCost(inFlight);
        long left = policy.stallBudgetVisits() - CancelCost.planning(disposals);
        int timers = inFlight.withOpcode(CancelCost.OP_TIMEOUT);
        return cost.polls(2) <= left || timers > 1 && timers <= disposals && capabilities.canMatchOpcode()
                && cost.timers(timers) <= Math.max(0, left);
    }

    /**
     * Tells whether one ANY cancel may end all that is in flight, when everything is to end: it takes time in the square of
     * what waits, and a ring that closes has still to serve those who clean up.
     */
    public static boolean mayCancelAny(InFlightCounts inFlight, CancelCapabilities capabilities) {
        return capabilities.allAndFd()
                && new CancelCost(inFlight)
                        .everything(inFlight.withOpcode(CancelCost.OP_TIMEOUT)) <= MOST_VISITS_OF_ANY;
    }

    /**
     * Plans the cancels of one batch, in time in proportion to it, which the stall budget has room for.
     *
     * @param inFlight what is in flight now, the disposed requests included
     * @param disposed the batch: distinct requests, each in flight
     * @param capabilities what the kernel takes
     * @param policy how far to coalesce
     */
    public static CancelPlan plan(InFlightCounts inFlight, List<Disposed> disposed, CancelCapabilities capabilities,
            CancelPolicy policy) {
        if (!mayCoalesce(inFlight, disposed.size(), capabilities, policy)) {
            return allByUserData(disposed);
        }
        CancelCost cost = new CancelCost(inFlight);
        // Nothing may be left, and then what costs nothing still fits.
        long left = Math.max(0, policy.stallBudgetVisits() - CancelCost.planning(disposed.size()));
        DisposalTable table = new DisposalTable(disposed);
        PlanDraft draft = new PlanDraft(new ExactKeys(table, inFlight, capabilities, cost, left));
        if (!draft.fits(left)) {
            left = Math.max(0, left - CancelCost.moreDrafts(table.cells));
            draft = draftToFit(new ExactKeys(table, inFlight, capabilities, cost, left), left);
        }
        return draft.toPlan(inFlight, disposed);
    }

    private static PlanDraft draftToFit(ExactKeys keys, long budget) {
        PlanDraft draft = new PlanDraft(keys);
        for (int refusals = 0; !draft.fits(budget); refusals++) {
            if (refusals < MOST_REFUSALS) {
                draft.refuseWhatDoesNotFit(budget);
            } else {
                draft.keepWhatFits(budget);
            }
            draft = new PlanDraft(keys);
        }
        return draft;
    }

    private static CancelPlan allByUserData(List<Disposed> disposed) {
        long[] userData = new long[disposed.size()];
        int i = 0;
        for (Disposed request : disposed) {
            userData[i++] = request.userData();
        }
        return new CancelPlan(List.of(), userData);
    }
}
