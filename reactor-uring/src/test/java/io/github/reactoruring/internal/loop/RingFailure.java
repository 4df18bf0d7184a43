package io.github.reactoruring.internal.loop;

import java.lang.reflect.Field;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.Uring;
import io.github.reactoruring.internal.engine.Rings;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.testing.Await;

/** Makes a ring of a real Uring fail, as it does for want of memory in the middle of a turn. */
public final class RingFailure {

    private RingFailure() {
    }

    /** Makes the first ring's thread throw {@code thrown} from within its turn. */
    public static void fail(Uring uring, Error thrown) {
        throwing(first(uring), thrown).submit();
    }

    /** Makes a request that throws where the loop counts it out. */
    static Request throwing(EventLoop loop, Error thrown) {
        return new Throwing(loop, thrown);
    }

    /** Makes the first ring fail, and waits until everybody has been told. */
    public static void failForGood(Uring uring) {
        fail(uring, new OutOfMemoryError("in the middle of a turn"));
        Await.until("the ring failed", () -> isOver(uring));
    }

    /** Says whether the first ring is over, and everybody has been told. */
    public static boolean isOver(Uring uring) {
        return first(uring).terminated().isDone();
    }

    /** Returns the loop of the first ring. */
    public static EventLoop first(Uring uring) {
        try {
            Field rings = Uring.class.getDeclaredField("rings");
            rings.setAccessible(true);
            return ((Rings) rings.get(uring)).first();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** Says whether what was in flight on it is kept from the garbage collector. */
    public static boolean isKept(Uring uring) {
        return Abandoned.keeps(first(uring));
    }

    /** A NOP that throws where the loop counts it out, between two callbacks. */
    private static final class Throwing extends Request {

        private final Error thrown;
        private final AtomicBoolean counted = new AtomicBoolean();

        Throwing(EventLoop loop, Error thrown) {
            super(loop);
            this.thrown = thrown;
        }

        @Override
        protected int opcode() {
            return IoUringAbi.IORING_OP_NOP;
        }

        @Override
        protected @Nullable OpenFile file() {
            if (inFlight() && !counted.compareAndSet(false, true)) {
                throw thrown;
            }
            return null;
        }

        @Override
        protected void prepare(Sqe sqe) {
            sqe.opcode(IoUringAbi.IORING_OP_NOP).fd(-1);
        }

        @Override
        protected void completed(int result, int flags) {
            // Never: it throws before.
        }

        @Override
        protected void failed(Throwable cause) {
            // It knows.
        }
    }
}
