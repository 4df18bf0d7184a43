package io.github.reactoruring.testing;

import java.util.Random;

/**
 * How often a test of random runs is to run, and with which seed, which is printed when it fails:
 * {@code -Dreactoruring.rounds=N -Dreactoruring.seed=S}.
 */
public record RandomRuns(int rounds, long seed) {

    /** Something that draws. */
    @FunctionalInterface
    public interface Body {

        void run(Random random) throws Exception;
    }

    /** Takes the properties, or {@code rounds} and a seed of its own. */
    public static RandomRuns of(int rounds) {
        return new RandomRuns(Integer.getInteger("reactoruring.rounds", rounds),
                Long.getLong("reactoruring.seed", System.nanoTime()));
    }

    /** Runs {@code body}, and names the seed if it fails. */
    public void run(Body body) {
        try {
            body.run(new Random(seed));
        } catch (Exception | AssertionError e) {
            throw new AssertionError("With -Dreactoruring.seed=" + seed + " -Dreactoruring.rounds=" + rounds, e);
        }
    }
}
