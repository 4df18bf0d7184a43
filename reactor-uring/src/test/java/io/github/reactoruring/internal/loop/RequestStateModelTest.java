package io.github.reactoruring.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;

import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.testing.ScriptedLoop;

/** Explores how a request's first submission and its disposal can meet at a door that is closed. */
@Tag("race")
class RequestStateModelTest {

    private static final int INVOCATIONS = 120;

    /** Counts what becomes of it. */
    private static final class Counting extends Request {

        private final AtomicInteger failed = new AtomicInteger();
        private final AtomicInteger released = new AtomicInteger();
        private final AtomicInteger neverSubmitted = new AtomicInteger();

        Counting(EventLoop loop) {
            super(loop);
        }

        @Override
        protected int opcode() {
            return IoUringAbi.IORING_OP_NOP;
        }

        @Override
        protected void prepare(Sqe sqe) {
            Prep.nop(sqe);
        }

        @Override
        protected void completed(int result, int flags) {
            throw new AssertionError("nothing is submitted");
        }

        @Override
        protected void failed(Throwable cause) {
            failed.incrementAndGet();
        }

        @Override
        protected void released() {
            released.incrementAndGet();
        }

        @Override
        protected void neverSubmitted() {
            neverSubmitted.incrementAndGet();
        }
    }

    private static EventLoop closedLoop() {
        ScriptedLoop scripted = ScriptedLoop.open();
        scripted.close();
        return scripted.loop();
    }

    @Test
    void aRequestThatIsSubmittedAndDisposedOfIsFreedOnce() {
        EventLoop closed = closedLoop();
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            Counting request = new Counting(closed);
            Thread other = new Thread(request::dispose);
            other.start();
            request.submit();
            join(other);
            // FORBIDDEN: freed twice or never, told twice, told though it never was submitted.
            assertEquals(1, request.released.get() + request.neverSubmitted.get());
            assertTrue(request.failed.get() <= request.released.get());
        });
    }

    @Test
    void aRequestThatTwoSubmitIsSubmittedOnce() {
        EventLoop closed = closedLoop();
        Lincheck.runConcurrentTest(INVOCATIONS, () -> {
            Counting request = new Counting(closed);
            Thread other = new Thread(request::submit);
            other.start();
            request.submit();
            join(other);
            // FORBIDDEN: turned away twice, or not at all.
            assertEquals(1, request.failed.get());
            assertEquals(1, request.released.get());
        });
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
