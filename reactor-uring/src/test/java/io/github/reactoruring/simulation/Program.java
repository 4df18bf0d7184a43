package io.github.reactoruring.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;

/** What a simulation does: steps, and the seed of the kernel it does them to. Immutable. */
record Program(long seed, List<Step> steps) {

    private static final int LONGEST = 40;
    private static final int ONE_IN_CANCELS = 4;
    private static final int ONE_IN_BREAKS = 40;

    /** Makes the program of a seed. */
    static Program random(long seed) {
        Random random = new Random(seed);
        int length = 3 + random.nextInt(LONGEST);
        boolean cancels = random.nextInt(ONE_IN_CANCELS) == 0;
        boolean breaks = random.nextInt(ONE_IN_BREAKS) == 0;
        List<Step> steps = new ArrayList<>(length);
        while (steps.size() < length) {
            Step.Kind kind = kind(random);
            if (kind != Step.Kind.CANCEL || cancels) {
                steps.add(step(kind, random));
            }
        }
        if (breaks) {
            // At any step; what comes after it is for the ring that is opened then.
            steps.add(random.nextInt(steps.size() + 1), step(Step.Kind.BREAK, random));
        }
        return new Program(seed, List.copyOf(steps));
    }

    private static Step step(Step.Kind kind, Random random) {
        return new Step(kind, random.nextInt(1000), random.nextInt(1000), random.nextInt(4) == 0);
    }

    private static Step.Kind kind(Random random) {
        int total = 0;
        for (Step.Kind kind : Step.Kind.values()) {
            total += kind.weight;
        }
        int chosen = random.nextInt(total);
        for (Step.Kind kind : Step.Kind.values()) {
            chosen -= kind.weight;
            if (chosen < 0) {
                return kind;
            }
        }
        throw new IllegalStateException("The weights do not add up");
    }

    boolean cancelsExplicitly() {
        return steps.stream().anyMatch(step -> step.kind() == Step.Kind.CANCEL);
    }

    boolean breaks() {
        return steps.stream().anyMatch(step -> step.kind() == Step.Kind.BREAK);
    }

    /** Returns what is left after the first {@code done} steps, with nothing more to break. */
    Program after(int done) {
        List<Step> left = steps.subList(Math.min(done, steps.size()), steps.size());
        return new Program(seed + 1, left.stream().filter(step -> step.kind() != Step.Kind.BREAK).toList());
    }

    /** Leaves out steps while it still fails: first long runs of them, then one by one. */
    Program shrink(Predicate<Program> fails) {
        Program smallest = this;
        for (int run = steps.size() / 2; run >= 1; run = run == 1 ? 0 : run / 2) {
            for (int from = 0; from + run <= smallest.steps.size();) {
                List<Step> fewer = new ArrayList<>(smallest.steps);
                fewer.subList(from, from + run).clear();
                Program candidate = new Program(seed, List.copyOf(fewer));
                if (fails.test(candidate)) {
                    smallest = candidate;
                } else {
                    from++;
                }
            }
        }
        return smallest;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("seed " + seed + ", " + steps.size() + " steps:");
        steps.forEach(step -> text.append("\n    ").append(step));
        return text.toString();
    }
}
