package io.github.reactoruring.internal.plan;

import java.util.List;

/**
 * Holds the cancel SQEs that together match exactly one batch of disposed requests.
 * <p>
 * A plan is exact only until the next request is submitted: what the submission queue cannot take this turn is to be
 * planned anew from the requests that stayed uncovered.
 *
 * @param wideKeys the keys that can match more than one request, to be staged first
 * @param byUserData the {@code user_data} of the requests that are cancelled one by one. Owned by the receiver
 */
public record CancelPlan(List<CancelKey> wideKeys, long[] byUserData) {
}
