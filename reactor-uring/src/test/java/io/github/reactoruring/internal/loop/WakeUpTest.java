package io.github.reactoruring.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.testing.RecordingRequest;
import io.github.reactoruring.testing.ScriptedLoop;

/** Holds that a sleeping owner is woken, once, and an owner awake is left alone. */
@Tag("race")
class WakeUpTest {

    private ScriptedLoop under = ScriptedLoop.open();

    @AfterEach
    void close() {
        under.close();
    }

    @Test
    void anOwnerAwakeIsNotWoken() {
        AtomicInteger ran = new AtomicInteger();
        elsewhere(() -> {
            for (int i = 0; i < 100; i++) {
                under.loop().execute(ran::incrementAndGet);
            }
        });
        under.turn();

        assertThat(ran).hasValue(100);
        assertThat(under.ring().wakes()).isZero();
    }

    @Test
    void anOwnerThatSleepsIsWokenOnce() {
        AtomicInteger ran = new AtomicInteger();
        whenAsleep(() -> {
            for (int i = 0; i < 100; i++) {
                under.loop().execute(ran::incrementAndGet);
            }
        });
        under.turnOrWait();
        under.turn();

        assertThat(ran).hasValue(100);
        assertThat(under.ring().wakes()).isEqualTo(1);
    }

    @Test
    void theOwnerDoesNotSleepOnATaskThatComesWhileItGetsReady() {
        AtomicInteger ran = new AtomicInteger();
        // Staged after the mailbox was looked at, before the owner sleeps.
        pollThat(() -> elsewhere(() -> under.loop().execute(ran::incrementAndGet)));
        // A sleep would fail: there is nothing to end it.
        under.turnOrWait();
        under.turn();
        assertThat(ran).hasValue(1);
        assertThat(under.ring().wakes()).as("wake-ups of an owner awake").isZero();
    }

    @Test
    void theOwnerDoesNotSleepOnATaskOfItsOwn() {
        AtomicInteger ran = new AtomicInteger();
        pollThat(() -> under.loop().execute(ran::incrementAndGet));
        under.turnOrWait();
        under.turn();
        assertThat(ran).hasValue(1);
    }

    private void pollThat(Runnable action) {
        int descriptor = under.descriptor();
        RecordingRequest.of(under.loop(), IoUringAbi.IORING_OP_POLL_ADD, sqe -> {
            sqe.fd(descriptor).opFlags(1);
            action.run();
        }).submit();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 0, -Errno.ECANCELED, -Errno.EINTR})
    void theWakePollIsArmedAgainHoweverItEnded(int result) {
        replace(ScriptedLoop.without(RingFeature.SEND_MSG_RING));
        under.turn();
        KernelRequest poll = under.only();
        under.ring().kernel().complete(poll, result, 0);
        under.turns(2);
        assertThat(under.only()).isNotSameAs(poll);

        assertWakes();
        assertWakes();
    }

    @Test
    void theWakePollIsArmedAgainAfterACancelOfAnything() {
        replace(ScriptedLoop.without(RingFeature.SEND_MSG_RING));
        under.turn();
        KernelRequest poll = under.only();
        RecordingRequest.of(under.loop(), IoUringAbi.IORING_OP_ASYNC_CANCEL,
                sqe -> sqe.fd(-1).opFlags(IoUringAbi.IORING_ASYNC_CANCEL_ANY)).submit();
        under.turns(2);
        assertThat(under.only()).isNotSameAs(poll);
        assertWakes();
    }

    @Test
    void aWakeUpWhileTheWakePollIsNotArmedIsNotLost() {
        replace(ScriptedLoop.without(RingFeature.SEND_MSG_RING));
        under.turn();
        under.ring().kernel().complete(under.only(), -Errno.ECANCELED, 0);
        under.ring().wake();
        under.turnOrWait();
        under.turnOrWait();
        assertThat(under.stats().wakeUps()).isEqualTo(2);
        assertWakes();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noTaskOfManyThreadsIsForgotten(boolean byMessage) throws InterruptedException {
        if (!byMessage) {
            replace(ScriptedLoop.without(RingFeature.SEND_MSG_RING));
        }
        int threads = 3;
        int each = 20_000;
        Semaphore woken = new Semaphore(0);
        under.ring().onWake(woken::release);
        AtomicInteger ran = new AtomicInteger();
        under.ring().whenIdle(() -> {
            if (ran.get() == threads * each) {
                // Nothing is left to wake it.
                under.ring().wake();
            }
            return acquired(woken);
        });
        List<Thread> producers = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            producers.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < each; i++) {
                    under.loop().execute(ran::incrementAndGet);
                    if (i % 64 == 0) {
                        Thread.yield();
                    }
                }
            }));
        }
        // A wake-up that is lost leaves the owner asleep, and that fails the test.
        under.turnUntil("all tasks run", () -> ran.get() == threads * each);
        for (Thread producer : producers) {
            producer.join();
        }
    }

    private static boolean acquired(Semaphore woken) {
        try {
            return woken.tryAcquire(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void assertWakes() {
        AtomicInteger ran = new AtomicInteger();
        whenAsleep(() -> under.loop().execute(ran::incrementAndGet));
        under.turnUntil("the task run", () -> ran.get() == 1);
    }

    private void whenAsleep(Runnable action) {
        AtomicInteger times = new AtomicInteger();
        under.ring().whenIdle(() -> {
            if (times.getAndIncrement() > 0) {
                return false;
            }
            elsewhere(action);
            return true;
        });
    }

    private static void elsewhere(Runnable action) {
        CompletableFuture.runAsync(action).join();
    }

    private void replace(ScriptedLoop other) {
        under.close();
        under = other;
    }
}
