package io.github.reactoruring.internal.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;

import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.RecordingRequest;
import io.github.reactoruring.testing.ScriptedLoop;
import reactor.core.CoreSubscriber;
import reactor.util.context.Context;

/**
 * Holds that a source is told by one thread, and once, when its loop is over and several threads ask of it.
 */
@Tag("race")
class ToldByOneThreadTest {

    private static final int INVOCATIONS = 120;
    private static final int ROUNDS = 300;
    private static final int BUFFERED = 40;

    private final ScriptedLoop under = ScriptedLoop.open();
    private final ExecutorService threads = Executors.newFixedThreadPool(3);

    @AfterEach
    void stop() {
        threads.shutdownNow();
        under.close();
    }

    /** A source that would tell its end as often as it is let. */
    private final class Silent extends OwnerDrain<Integer> {

        private final AtomicInteger stopped = new AtomicInteger();
        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger overlaps = new AtomicInteger();

        Silent(CoreSubscriber<? super Integer> actual) {
            super(under.loop(), actual);
        }

        String summary() {
            return stopped.get() + " stopped, " + overlaps.get() + " overlaps";
        }

        private void alone() {
            if (inside.incrementAndGet() > 1) {
                overlaps.incrementAndGet();
            }
            inside.decrementAndGet();
        }

        @Override
        protected void step() {
            alone();
        }

        @Override
        protected void stop() {
            stopped.incrementAndGet();
        }

        @Override
        protected void free() {
            alone();
        }
    }

    /** Runs all at the same moment, as near as it gets. */
    private void together(Runnable... actions) {
        AtomicInteger ready = new AtomicInteger(actions.length);
        List<Future<?>> running = new ArrayList<>();
        for (Runnable action : actions) {
            running.add(threads.submit(() -> {
                ready.decrementAndGet();
                while (ready.get() > 0) {
                    Thread.yield();
                }
                action.run();
            }));
        }
        for (Future<?> each : running) {
            try {
                each.get();
            } catch (InterruptedException | ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void ofTwoThreadsThatAskAClosedLoopOneTellsTheEnd() {
        under.close();
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            Told told = new Told();
            Silent source = new Silent(told);
            Thread other = new Thread(() -> source.request(1));
            other.start();
            source.request(1);
            join(other);
            // FORBIDDEN: onError twice, stopped twice, a step beside a step.
            assertEquals("1 told, 1 stopped, 0 overlaps", told.count + " told, " + source.summary());
        });
    }

    @Test
    void ofAThreadThatAsksAndOneThatLeavesOneFreesWhatWasHeld() {
        under.close();
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            Told told = new Told();
            Silent source = new Silent(told);
            Thread other = new Thread(source::cancel);
            other.start();
            source.request(1);
            join(other);
            // FORBIDDEN: freed by both at once, told more than once.
            assertEquals(0, source.overlaps.get());
            assertTrue(told.count <= 1);
        });
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Counts how often it is told the end. */
    private static final class Told implements CoreSubscriber<Integer> {

        private volatile int count;

        @Override
        public void onSubscribe(Subscription subscription) {
            // Nothing is asked for here.
        }

        @Override
        public void onNext(Integer value) {
            throw new AssertionError("nothing is emitted");
        }

        @Override
        public synchronized void onError(Throwable cause) {
            count++;
        }

        @Override
        public synchronized void onComplete() {
            count++;
        }
    }

    /** A multishot poll, whose values have to be freed. */
    private final class Numbers implements MultishotOperation<Integer> {

        private final int fd;
        private final AtomicInteger freed = new AtomicInteger();

        Numbers(int fd) {
            this.fd = fd;
        }

        @Override
        public int opcode() {
            return IoUringAbi.IORING_OP_POLL_ADD;
        }

        @Override
        public void prepare(Sqe sqe) {
            Prep.pollMultishot(sqe, fd, IoUringAbi.POLLIN);
        }

        @Override
        public Integer value(int result, int flags, long userData) {
            return result;
        }

        @Override
        public Ending ending(int result, int flags) {
            return result < 0 ? Ending.ERROR : Ending.REARM;
        }

        @Override
        public IOException error(int result) {
            return Errors.of(-result, "POLL_ADD", null);
        }

        @Override
        public void discard(Integer value, Context context) {
            freed.incrementAndGet();
        }
    }

    @Test
    void whatAFailedLoopLeftBufferedIsTakenOrFreedOnceWhoeverComesFirst() {
        for (int round = 0; round < ROUNDS; round++) {
            ScriptedLoop failed = ScriptedLoop.open();
            Numbers numbers = new Numbers(failed.descriptor());
            Probe<Integer> probe = Probe.idle();
            MultishotFlux.create(failed.loop(), loop -> numbers).subscribe((CoreSubscriber<Integer>) probe);
            probe.request(1);
            failed.turn();
            for (int i = 0; i < BUFFERED + 1; i++) {
                failed.ring().kernel().emit(failed.only());
            }
            failed.turn();
            failed.ring().refuseEnter(Errno.EBADR);
            RecordingRequest.nop(failed.loop()).submit();
            failed.turn();
            assertThat(failed.isOver()).isTrue();
            assertThat(probe.values()).hasSize(1);

            together(() -> probe.request(BUFFERED), () -> probe.request(BUFFERED), probe::dispose);

            // FORBIDDEN: one emitted and freed, freed twice, or neither.
            probe.assertRules();
            assertThat(probe.values().size() + numbers.freed.get()).isEqualTo(BUFFERED + 1);
        }
    }
}
