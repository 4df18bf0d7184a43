package io.github.reactoruring.fault;

import java.time.Duration;

import io.github.reactoruring.Uring;

/** Opens the largest ring there is, and uses it. */
final class LargeRingMain {

    private LargeRingMain() {
    }

    public static void main(String[] arguments) {
        Uring uring = Uring.builder("large").submissionEntries(32_768).completionEntries(65_536).build();
        for (int i = 0; i < 3; i++) {
            uring.raw().nop().block(Duration.ofSeconds(20));
        }
        uring.disposeLater().block(Duration.ofSeconds(20));
        System.out.println("works");
    }
}
