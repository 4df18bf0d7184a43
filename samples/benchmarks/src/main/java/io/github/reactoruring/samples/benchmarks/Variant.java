package io.github.reactoruring.samples.benchmarks;

/** One way of doing the work that a comparison compares. */
interface Variant {

    /** Does about {@code operations} operations and says what they cost. */
    Cost run(long operations) throws Exception;

    /**
     * What was measured.
     *
     * @param operations how many operations were really done
     * @param nanos how long the measured part took
     * @param cpuNanos the processor time of all threads meanwhile, or 0 where that was not measured
     */
    record Cost(long operations, long nanos, long cpuNanos) {

        double nanosPerOperation() {
            return (double) nanos / operations;
        }
    }

    /** The work of a variant all of whose time counts; returns the operations done. */
    interface Work {

        long run(long operations) throws Exception;
    }

    /** Measures all of {@code work}. */
    static Variant timed(Work work) {
        return operations -> {
            long cpuStart = Machine.cpuNanos();
            long start = System.nanoTime();
            long done = work.run(operations);
            return new Cost(done, System.nanoTime() - start, Machine.cpuNanos() - cpuStart);
        };
    }
}
