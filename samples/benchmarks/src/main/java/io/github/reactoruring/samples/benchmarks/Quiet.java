package io.github.reactoruring.samples.benchmarks;

/**
 * Repeats a run that other processes disturbed, as long as its patience lasts: on a machine that is shared, the runs
 * that count are those that had it to themselves.
 */
final class Quiet {

    /** What others may take of the processors during a run. */
    private static final double OTHERS_SHARE_MAX = 0.1;

    private final long deadlineNanos;
    private int disturbed;

    Quiet(int patienceSeconds) {
        deadlineNanos = System.nanoTime() + patienceSeconds * 1_000_000_000L;
    }

    Variant.Cost run(Variant variant, long operations) throws Exception {
        while (true) {
            Machine.Usage before = Machine.usage();
            Variant.Cost cost = variant.run(operations);
            if (Machine.usage().othersSince(before) <= OTHERS_SHARE_MAX) {
                return cost;
            }
            if (System.nanoTime() - deadlineNanos > 0) {
                disturbed++;
                return cost;
            }
        }
    }

    /** Returns how many of the runs that count were disturbed all the same. */
    int disturbed() {
        return disturbed;
    }
}
