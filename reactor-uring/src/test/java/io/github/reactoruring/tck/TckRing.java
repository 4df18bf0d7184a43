package io.github.reactoruring.tck;

import org.reactivestreams.tck.TestEnvironment;
import org.testng.SkipException;

import io.github.reactoruring.Uring;
import io.github.reactoruring.testing.kernel.KernelConditions;

/** Gives a verification its ring, or skips it where there is none. */
final class TckRing {

    private static final long TIMEOUT_MILLIS = 2_000;
    private static final long SILENCE_MILLIS = 20;
    private static final long POLL_MILLIS = 10;

    private TckRing() {
    }

    static TestEnvironment environment() {
        return new TestEnvironment(TIMEOUT_MILLIS, SILENCE_MILLIS, POLL_MILLIS);
    }

    static void skipWithoutKernel() {
        String missing = KernelConditions.uringMissing();
        if (missing != null) {
            throw new SkipException(missing);
        }
    }

    static Uring open() {
        skipWithoutKernel();
        return Uring.builder("tck").build();
    }
}
