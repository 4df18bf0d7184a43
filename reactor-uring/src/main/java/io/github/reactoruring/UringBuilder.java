package io.github.reactoruring;

import java.util.Objects;
import java.util.regex.Pattern;

import io.github.reactoruring.internal.engine.Rings;

/** Builds a {@link Uring}. Not thread-safe; every setting has a default. */
public final class UringBuilder {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+");
    private static final int MAX_ENTRIES = 32_768;
    private static final int MAX_RINGS = 1_024;

    private final String name;
    private int rings = 1;
    private int submissionEntries = 512;
    private int completionEntries = 8_192;
    private CancelPolicy cancelPolicy = CancelPolicy.coalesce();
    private boolean timings;

    UringBuilder(String name) {
        Objects.requireNonNull(name, "name");
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "A ring's name goes into thread names: use letters, digits, '.', '_' and '-',"
                            + " not \"" + name + "\"");
        }
        this.name = name;
    }

    /**
     * Sets the number of rings, each with a thread of its own: 1 by default. A file belongs to one ring for life; raw
     * requests and timers use the first.
     *
     * @param count 1 to 1024
     */
    public UringBuilder rings(int count) {
        rings = check("rings", count, 1, MAX_RINGS);
        return this;
    }

    /**
     * Sets how many SQEs fit between two enters: 512 by default. The kernel rounds up to a power of two.
     *
     * @param entries 1 to 32768
     */
    public UringBuilder submissionEntries(int entries) {
        submissionEntries = check("submissionEntries", entries, 1, MAX_ENTRIES);
        return this;
    }

    /**
     * Sets how many completions fit, and with it how many requests that end by themselves soon, such as reads of files, may
     * be in flight: 8192 by default; more wait in the library. What may wait for ever, such as timers and polls, is not
     * counted. It also sets how many hash buckets the kernel finds a cancel's target in: fewer than 8192 make cancelling
     * slower.
     *
     * @param entries 2 to 65536, and no fewer than the submission entries
     */
    public UringBuilder completionEntries(int entries) {
        completionEntries = check("completionEntries", entries, 2, 2 * MAX_ENTRIES);
        return this;
    }

    /** Sets how disposals become cancels: {@link CancelPolicy#coalesce()} by default. */
    public UringBuilder cancelPolicy(CancelPolicy policy) {
        cancelPolicy = Objects.requireNonNull(policy, "policy");
        return this;
    }

    /**
     * Sets whether the ring's thread times its turns, and what waits for them, for {@link UringStats#timings}: not by
     * default. Costs some 100 ns a turn, which serves all requests that are there.
     */
    public UringBuilder timings(boolean wanted) {
        timings = wanted;
        return this;
    }

    /**
     * Opens the rings and starts their threads, which are daemons named {@code uring-NAME-N}. Does not block.
     *
     * @throws UringUnavailableException if there is no io_uring to be had, saying why and what to do
     * @throws IllegalArgumentException if the settings contradict each other
     */
    public Uring build() {
        if (completionEntries < submissionEntries) {
            throw new IllegalArgumentException("completionEntries (" + completionEntries
                    + ") must be no fewer than submissionEntries (" + submissionEntries + ")");
        }
        return new Uring(name,
                Rings.open(name, rings, submissionEntries, completionEntries, cancelPolicy, timings));
    }

    private static int check(String setting, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(setting + " must be " + least + " to " + most + ", not " + value);
        }
        return value;
    }
}
