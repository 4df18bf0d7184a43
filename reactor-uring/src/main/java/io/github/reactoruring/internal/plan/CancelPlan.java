package io.github.reactoruring.internal.plan;

import java.util.List;

/**
 * Holds the cancel SQEs that together match exactly one batch of disposed requests.
 * <p>
 * A plan is exact only until the next request is submitted: what the submission queue cannot take this turn is to be
 * planned anew from the requests that stayed uncovered.
 *
 * @param wideKeys the keys that can match more than one request, to be staged first
 * @param singles the {@code user_data} of the requests that are cancelled one by one. Owned by the receiver
 * @param predictedVisits how many waiting requests the kernel is predicted to visit for the wide keys together
 */
public record CancelPlan(List<CancelKey> wideKeys, long[] singles, long predictedVisits) {

    static final CancelPlan EMPTY = new CancelPlan(List.of(), new long[0], 0);

    /** Returns the number of cancel SQEs. */
    public int keyCount() {
        return wideKeys.size() + singles.length;
    }

    /** Returns the number of disposed requests the plan was made for. */
    public int disposedCount() {
        int count = singles.length;
        for (CancelKey key : wideKeys) {
            count += key.covered().length;
        }
        return count;
    }

    /** Returns how many SQEs fewer than one per request the plan takes. */
    public int saved() {
        return disposedCount() - keyCount();
    }
}
