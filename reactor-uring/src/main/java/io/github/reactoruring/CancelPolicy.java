package io.github.reactoruring;

import org.jspecify.annotations.Nullable;

/**
 * Decides how far the disposals of one turn are coalesced into fewer cancel requests.
 * <p>
 * Disposals that arrive together can be handed to the kernel as one cancel per request, or as fewer cancels with the
 * {@code ALL} flag, each of which ends every request on a file, of an opcode, or both. Under every policy exactly the
 * disposed requests are cancelled: a wider cancel is used only when everything it would match was disposed.
 * <p>
 * Fewer is not always faster. The kernel finds a request by its {@code user_data} in a hash table, but rescans all
 * requests that wait for readiness on the ring once per request that an {@code ALL} cancel ends. Ending {@code k}
 * among {@code M} waiting requests that way <em>visits</em> about {@code (k / 2 + 1) * M} of them, at 4 ns each while
 * they stay in the processor's cache and up to 20 ns when they do not, and nothing else on the ring moves meanwhile. Up
 * to some 64 requests there is little between the two; at 1024 one {@code ALL} cancel takes about 2.5 ms where
 * cancelling one by one takes 0.2 ms.
 * <p>
 * The stall budget is the answer to "how long may the cancels of one turn hold up everyone else on the ring". It is
 * counted in visits, and the sum over all {@code ALL} cancels of a turn stays within it, together with the time that
 * finding them takes, at 8 visits for each disposal; what does not fit is cancelled one by one, 128 in a system call.
 *
 * @see <a href="https://man7.org/linux/man-pages/man3/io_uring_prep_cancel.3.html">io_uring_prep_cancel(3)</a>
 */
public final class CancelPolicy {

    /** Holds the default stall budget, in visits: 0.1 to 0.6 ms. */
    public static final long DEFAULT_STALL_BUDGET_VISITS = 32_768;

    private static final CancelPolicy COALESCE = new CancelPolicy(true, DEFAULT_STALL_BUDGET_VISITS);
    private static final CancelPolicy ALWAYS = new CancelPolicy(true, Long.MAX_VALUE);
    private static final CancelPolicy PER_REQUEST = new CancelPolicy(false, 0);

    private final boolean coalescing;
    private final long stallBudgetVisits;

    private CancelPolicy(boolean coalescing, long stallBudgetVisits) {
        this.coalescing = coalescing;
        this.stallBudgetVisits = stallBudgetVisits;
    }

    /**
     * Returns the default: as few cancels as a stall budget of {@value #DEFAULT_STALL_BUDGET_VISITS} visits allows.
     */
    public static CancelPolicy coalesce() {
        return COALESCE;
    }

    /**
     * Returns a policy that makes as few cancels as the given stall budget allows.
     *
     * @param stallBudgetVisits how many visits to waiting requests the {@code ALL} cancels of one turn may cost
     *     together, their planning included, beyond what cancelling one by one would; 0 leaves only those that cost
     *     nothing extra
     * @throws IllegalArgumentException if the budget is negative
     */
    public static CancelPolicy coalesce(long stallBudgetVisits) {
        if (stallBudgetVisits < 0) {
            throw new IllegalArgumentException("stallBudgetVisits must not be negative, was " + stallBudgetVisits);
        }
        return new CancelPolicy(true, stallBudgetVisits);
    }

    /**
     * Returns a policy that makes the fewest cancels that match exactly the disposed requests, whatever they cost.
     * With thousands of requests in flight one such cancel can stall the ring for tens of milliseconds.
     */
    public static CancelPolicy always() {
        return ALWAYS;
    }

    /** Returns a policy that makes one cancel per disposed request, all of a turn in one system call. */
    public static CancelPolicy perRequest() {
        return PER_REQUEST;
    }

    /** Tells whether cancels that end more than one request may be made. */
    public boolean isCoalescing() {
        return coalescing;
    }

    /**
     * Returns the visits that the {@code ALL} cancels of one turn may cost together: {@link Long#MAX_VALUE} for
     * {@link #always()}, 0 for {@link #perRequest()}.
     */
    public long stallBudgetVisits() {
        return stallBudgetVisits;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CancelPolicy policy && coalescing == policy.coalescing
                && stallBudgetVisits == policy.stallBudgetVisits;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(stallBudgetVisits) * 31 + Boolean.hashCode(coalescing);
    }

    @Override
    public String toString() {
        if (!coalescing) {
            return "CancelPolicy.perRequest()";
        }
        return stallBudgetVisits == Long.MAX_VALUE
                ? "CancelPolicy.always()"
                : "CancelPolicy.coalesce(" + stallBudgetVisits + ")";
    }
}
