package io.github.reactoruring.internal.ring.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.testing.Await;

/** Wakes an owner while the kernel has no memory for the message. */
class ShortOfMemoryWakeUpTest {

    private static final int NO_DESCRIPTOR = -1;

    @Test
    void triesUntilTheKernelTakesIt() {
        AtomicInteger calls = new AtomicInteger();
        new WakeUp(() -> calls.incrementAndGet() < 50 ? -Errno.ENOMEM : 0, NO_DESCRIPTOR).wake();

        assertThat(calls).hasValue(50);
    }

    /** It held the monitor as it tried, so that nobody could close the ring, nor wake it. */
    @Test
    void letsOthersWakeAndCloseMeanwhile() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        WakeUp wakeUp = new WakeUp(() -> {
            calls.incrementAndGet();
            return -Errno.ENOMEM;
        }, NO_DESCRIPTOR);
        CountDownLatch bothEnded = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            Thread.ofPlatform().daemon().start(() -> {
                wakeUp.wake();
                bothEnded.countDown();
            });
        }
        Await.until("many tries", () -> calls.get() > 100);

        CountDownLatch closed = new CountDownLatch(1);
        Thread.ofPlatform().daemon().start(() -> {
            wakeUp.close();
            closed.countDown();
        });

        assertThat(closed.await(10, TimeUnit.SECONDS)).as("closed").isTrue();
        assertThat(bothEnded.await(10, TimeUnit.SECONDS)).as("nobody left trying").isTrue();
    }
}
