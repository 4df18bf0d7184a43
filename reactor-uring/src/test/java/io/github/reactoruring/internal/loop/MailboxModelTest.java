package io.github.reactoruring.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Explores in how many ways a producer and an owner that goes to sleep, or closes, can meet. */
@Tag("race")
class MailboxModelTest {

    private static final int INVOCATIONS = 400;
    private static final int ROUNDS = 20_000;

    @Test
    void anOwnerThatSleepsIsWokenForWhatIsInItsMailbox() {
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            Mailbox mailbox = new Mailbox(null);
            AtomicBoolean woken = new AtomicBoolean();
            Thread producer = new Thread(() -> woken.set(mailbox.offer((LoopTask) () -> {
            }, task -> {
            })));
            producer.start();
            boolean sleeps = mailbox.park();
            join(producer);
            assertTrue(!sleeps || woken.get(), "asleep on a task, and nobody wakes it");
        });
    }

    /** Runs on real threads: the model checker does not reach into the queue, and so misses what this finds. */
    @Test
    void aTaskOfferedWhileTheMailboxClosesIsRejectedOnce() {
        AtomicReferenceArray<Mailbox> mailboxes = new AtomicReferenceArray<>(ROUNDS);
        AtomicIntegerArray rejected = new AtomicIntegerArray(ROUNDS);
        AtomicInteger round = new AtomicInteger(-1);
        AtomicInteger offered = new AtomicInteger(-1);
        Thread producer = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < ROUNDS; i++) {
                int index = i;
                while (round.get() < i) {
                    Thread.onSpinWait();
                }
                mailboxes.get(i).offer((LoopTask) () -> {
                }, task -> rejected.incrementAndGet(index));
                offered.set(i);
            }
        });
        for (int i = 0; i < ROUNDS; i++) {
            int index = i;
            mailboxes.set(i, new Mailbox(null));
            round.set(i);
            for (int spin = i % 64; spin > 0; spin--) {
                Thread.onSpinWait();
            }
            mailboxes.get(i).close(task -> rejected.incrementAndGet(index));
            while (offered.get() < i) {
                Thread.onSpinWait();
            }
            mailboxes.set(i, null);
        }
        join(producer);
        for (int i = 0; i < ROUNDS; i++) {
            assertEquals(1, rejected.get(i), "rejections of one task");
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
