package io.github.reactoruring;

import java.time.Duration;

import io.github.reactoruring.internal.loop.RingFailure;
import io.github.reactoruring.testing.Await;

/** Breaks the ring that all share, and asks for it again. */
final class BrokenSharedRingMain {

    private BrokenSharedRingMain() {
    }

    public static void main(String[] arguments) {
        Uring first = Uring.shared();
        RingFailure.failOnce(first);
        Await.until("another ring", () -> first.failureCause() == null);
        Uring second = Uring.shared();
        boolean works = Boolean.TRUE.equals(second.raw().nop().thenReturn(true).block(Duration.ofSeconds(10)));
        System.out.println("the same: " + (first == second) + ", works: " + works);
    }
}
