package io.github.reactoruring.samples.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Runs variants in turn, A B C A B C …, and compares each with the first in the same round, so that what else the
 * machine does meanwhile hits all of them alike.
 */
final class Comparison {

    /**
     * One variant's figures.
     *
     * @param nanos the time an operation takes in each round
     * @param cpuNanos the processor time of all threads for an operation in each round
     * @param speed how many operations it does in the time the baseline does one, in each round
     */
    record Row(String name, double[] nanos, double[] cpuNanos, double[] speed) {
    }

    private record Entry(String name, Variant variant) {
    }

    private final String title;
    private final List<Entry> entries = new ArrayList<>();

    Comparison(String title) {
        this.title = title;
    }

    /** Adds a variant; the first is the baseline. */
    Comparison add(String name, Variant variant) {
        entries.add(new Entry(name, variant));
        return this;
    }

    /** Runs with an operation count per variant that takes about the set time. */
    List<Row> run(Settings settings) throws Exception {
        long[] operations = new long[entries.size()];
        for (int i = 0; i < operations.length; i++) {
            operations[i] = calibrate(entries.get(i).variant(), settings.millis() * 1_000_000L);
        }
        for (int round = 0; round < settings.warmupRounds(); round++) {
            for (int i = 0; i < operations.length; i++) {
                operations[i] = scale(entries.get(i).variant().run(operations[i]), settings.millis() * 1_000_000L);
            }
        }
        return measure(operations, settings);
    }

    /** Runs with the same operation count for all. */
    List<Row> run(Settings settings, long operationsPerRound) throws Exception {
        long[] operations = new long[entries.size()];
        for (int i = 0; i < operations.length; i++) {
            operations[i] = operationsPerRound;
        }
        for (int round = 0; round < settings.warmupRounds(); round++) {
            for (Entry entry : entries) {
                entry.variant().run(operationsPerRound);
            }
        }
        return measure(operations, settings);
    }

    private static long calibrate(Variant variant, long targetNanos) throws Exception {
        long operations = 1;
        Variant.Cost cost = variant.run(operations);
        while (cost.nanos() < targetNanos / 4) {
            operations *= 2;
            cost = variant.run(operations);
        }
        return scale(cost, targetNanos);
    }

    private static long scale(Variant.Cost cost, long targetNanos) {
        return Math.max(1, (long) (targetNanos / cost.nanosPerOperation()));
    }

    private List<Row> measure(long[] operations, Settings settings) throws Exception {
        int rounds = settings.rounds();
        Quiet quiet = new Quiet(settings.patienceSeconds());
        double[][] nanos = new double[operations.length][rounds];
        double[][] cpuNanos = new double[operations.length][rounds];
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < operations.length; i++) {
                Variant.Cost cost = quiet.run(entries.get(i).variant(), operations[i]);
                nanos[i][round] = cost.nanosPerOperation();
                cpuNanos[i][round] = (double) cost.cpuNanos() / cost.operations();
            }
        }
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < operations.length; i++) {
            double[] speed = new double[rounds];
            for (int round = 0; round < rounds; round++) {
                speed[round] = nanos[0][round] / nanos[i][round];
            }
            rows.add(new Row(entries.get(i).name(), nanos[i], cpuNanos[i], speed));
        }
        print(rows);
        if (quiet.disturbed() > 0) {
            System.out.printf("  (other processes disturbed %d of %d runs)%n", quiet.disturbed(), rounds * rows.size());
        }
        return rows;
    }

    private void print(List<Row> rows) {
        System.out.println();
        System.out.println(title);
        System.out.printf("  %-48s %8s %8s %8s %8s   %s%n", "", "min ns", "median", "max", "cpu",
                "speed, first = 1: median (min – max)");
        for (Row row : rows) {
            double cpu = median(row.cpuNanos());
            System.out.printf(Locale.ROOT, "  %-48s %8.0f %8.0f %8.0f %8s   %.2f (%.2f – %.2f)%n", row.name(),
                    at(row.nanos(), 0), median(row.nanos()), at(row.nanos(), 1), cpu > 0 ? Math.round(cpu) : "",
                    median(row.speed()), at(row.speed(), 0), at(row.speed(), 1));
        }
    }

    static double median(double[] values) {
        return at(values, 0.5);
    }

    private static double at(double[] values, double quantile) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.round(quantile * (sorted.length - 1))];
    }
}
