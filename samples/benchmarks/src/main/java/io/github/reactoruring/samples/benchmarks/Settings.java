package io.github.reactoruring.samples.benchmarks;

/**
 * Says how long and how much to measure.
 *
 * @param rounds how often each variant is measured, in turn with the others
 * @param warmupRounds how often each runs before that
 * @param millis how long one variant runs in one round
 * @param fileMiB the size of the file that is read from one end to the other
 * @param cancelRepeats how many batches of each size are cancelled in one round
 * @param patienceSeconds how long a comparison goes on repeating runs that other processes disturbed
 */
record Settings(int rounds, int warmupRounds, int millis, int fileMiB, int cancelRepeats,
        int patienceSeconds) {

    static final Settings DEFAULTS = new Settings(11, 5, 300, 256, 200, 30);

    /** Makes a run of well under a second that only shows that the benchmarks still work. */
    static final Settings SMOKE = new Settings(1, 0, 1, 1, 1, 0);

    /** Changes what {@code option}, such as {@code rounds=5}, names. */
    Settings with(String option) {
        String[] parts = option.split("=", 2);
        int value = Integer.parseInt(parts[1]);
        return switch (parts[0]) {
            case "rounds" -> new Settings(value, warmupRounds, millis, fileMiB, cancelRepeats, patienceSeconds);
            case "warmupRounds" -> new Settings(rounds, value, millis, fileMiB, cancelRepeats, patienceSeconds);
            case "millis" -> new Settings(rounds, warmupRounds, value, fileMiB, cancelRepeats, patienceSeconds);
            case "fileMiB" -> new Settings(rounds, warmupRounds, millis, value, cancelRepeats, patienceSeconds);
            case "cancelRepeats" -> new Settings(rounds, warmupRounds, millis, fileMiB, value, patienceSeconds);
            case "patienceSeconds" -> new Settings(rounds, warmupRounds, millis, fileMiB, cancelRepeats, value);
            default -> throw new IllegalArgumentException("No such setting: " + parts[0]
                    + "; there are rounds, warmupRounds, millis, fileMiB, cancelRepeats and patienceSeconds");
        };
    }
}
