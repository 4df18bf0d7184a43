package io.github.reactoruring.samples.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Gets a page over and over by wrk, on 64 connections. */
final class Wrk {

    private static final int CONNECTIONS = 64;
    private static final int ATTEMPTS = 5;
    private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in ([\\d.]+)(ms|s|m)");
    private static final Pattern FAILED = Pattern.compile("Socket errors: .*|Non-2xx or 3xx responses: \\d+");

    private Wrk() {
    }

    /** Makes a variant that takes whole seconds, whatever number of requests is asked for; the processor time is ours. */
    static Variant requests(String url, int millis) {
        int seconds = Math.max(1, millis / 1000);
        return ignored -> {
            // A server that has just started, or a machine that is busy, may take longer than a second for an answer.
            for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
                Variant.Cost cost = run(url, seconds * attempt);
                if (cost.operations() > 0) {
                    return cost;
                }
            }
            throw new IOException(url + " is not answered within " + seconds * ATTEMPTS + " s");
        };
    }

    private static Variant.Cost run(String url, int seconds) throws IOException, InterruptedException {
        long cpuStart = Machine.cpuNanos();
        String output = Tool.output(List.of("wrk", "--threads", "1", "--connections", "" + CONNECTIONS,
                "--duration", seconds + "s", url));
        long cpu = Machine.cpuNanos() - cpuStart;
        Matcher failed = FAILED.matcher(output);
        Matcher requests = REQUESTS.matcher(output);
        if (failed.find() || !requests.find()) {
            throw new IOException(url + " failed: " + output);
        }
        return new Variant.Cost(Long.parseLong(requests.group(1)), nanos(requests.group(2), requests.group(3)), cpu);
    }

    private static long nanos(String number, String unit) {
        double seconds = switch (unit) {
            case "ms" -> 1e-3;
            case "m" -> 60;
            default -> 1;
        };
        return (long) (Double.parseDouble(number) * seconds * 1e9);
    }
}
