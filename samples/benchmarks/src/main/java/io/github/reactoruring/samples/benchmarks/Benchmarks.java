package io.github.reactoruring.samples.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs the benchmarks it is given by name, or all; {@code name=value} changes a setting. */
public final class Benchmarks {

    interface Suite {

        List<Comparison.Row> run(Settings settings) throws Exception;
    }

    static final Map<String, Suite> SUITES = new LinkedHashMap<>();

    private static final Map<String, Class<?>> JMH = Map.of("path", PathBenchmark.class, "planner",
            PlannerBenchmark.class);

    static {
        SUITES.put("reads", RandomReads::run);
        SUITES.put("direct", DirectReads::run);
        SUITES.put("sequential", SequentialReads::run);
        SUITES.put("downloads", Downloads::run);
        SUITES.put("copies", Copies::run);
        SUITES.put("slow-downloads", SlowDownloads::run);
        SUITES.put("nops", Nops::run);
        SUITES.put("cancel", Cancels::run);
        SUITES.put("stalls", Stalls::run);
        SUITES.put("large", LargeTransfers::run);
    }

    private Benchmarks() {
    }

    public static void main(String[] args) throws Exception {
        Settings settings = Settings.DEFAULTS;
        List<String> names = new ArrayList<>();
        for (String arg : String.join(" ", args).trim().split("[ ,]+")) {
            if (arg.contains("=")) {
                settings = settings.with(arg);
            } else if (!arg.isEmpty() && !arg.equals("all")) {
                names.add(arg);
            }
        }
        Machine.describe();
        for (String name : names.isEmpty() ? SUITES.keySet() : names) {
            Suite suite = SUITES.get(name);
            if (suite != null) {
                suite.run(settings);
            } else if (JMH.containsKey(name)) {
                new Runner(new OptionsBuilder().include(JMH.get(name).getName()).build()).run();
            } else {
                throw new IllegalArgumentException(
                        "No such benchmark: " + name + "; there are " + SUITES.keySet() + " and, by JMH, "
                                + JMH.keySet());
            }
        }
    }
}
