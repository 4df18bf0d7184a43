package io.github.reactoruring.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for conditions, with a deadline far beyond what they should take. */
public final class Await {

    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final long POLL_NANOS = 100_000;

    private Await() {
    }

    /** Waits up to 10 seconds; fails saying {@code what} did not come. */
    public static void until(String what, BooleanSupplier condition) {
        until(DEADLINE, () -> what, condition);
    }

    /** Waits up to {@code deadline}; fails saying what did not come, as it stood then. */
    public static void until(Duration deadline, Supplier<String> what, BooleanSupplier condition) {
        long end = System.nanoTime() + deadline.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("Not within " + deadline + ": " + what.get());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
