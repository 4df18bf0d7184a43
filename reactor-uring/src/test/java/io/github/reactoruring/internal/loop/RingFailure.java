package io.github.reactoruring.internal.loop;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.Uring;
import io.github.reactoruring.UringUnavailableException;
import io.github.reactoruring.internal.engine.Rings;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.testing.Await;

/** Makes a ring of a real Uring fail, as it does for want of memory in the middle of a turn. */
public final class RingFailure {

    private RingFailure() {
    }

    /** Makes the first ring's thread throw {@code thrown} from within its turn; returns the ring that fails. */
    public static EventLoop fail(Uring uring, Error thrown) {
        EventLoop loop = first(uring);
        throwing(loop, thrown).submit();
        return loop;
    }

    /** Makes a request that throws where the loop counts it out. */
    static Request throwing(EventLoop loop, Error thrown) {
        return new Throwing(loop, thrown);
    }

    /** Makes the first ring fail where no other is to be had, and waits until everybody has been told. */
    public static void failForGood(Uring uring) {
        noMoreRings(uring);
        failOnce(uring);
    }

    /** Makes the first ring fail, and waits until everybody has been told. */
    public static EventLoop failOnce(Uring uring) {
        EventLoop failed = fail(uring, new OutOfMemoryError("in the middle of a turn"));
        Await.until("the ring failed", failed::isTold);
        return failed;
    }

    /** Lets no ring take the place of one that fails; returns what lets them again. */
    public static Runnable noMoreRings(Uring uring) {
        List<Runnable> undo = new ArrayList<>();
        for (Object place : (List<?>) get(get(uring, "rings"), "places")) {
            Supplier<?> opening = (Supplier<?>) get(place, "opening");
            set(place, "opening", (Supplier<?>) () -> {
                throw new UringUnavailableException("No more rings in this test");
            });
            undo.add(() -> set(place, "opening", opening));
        }
        return () -> undo.forEach(Runnable::run);
    }

    /** Has {@code afterFirst} run when the next ring is open, before it takes its place. */
    public static void whenNextIsOpen(Uring uring, Runnable afterFirst) {
        Object place = ((List<?>) get(get(uring, "rings"), "places")).getFirst();
        Supplier<?> opening = (Supplier<?>) get(place, "opening");
        set(place, "opening", (Supplier<?>) () -> {
            set(place, "opening", opening);
            Object opened = opening.get();
            afterFirst.run();
            return opened;
        });
    }

    /** Returns the loop of the first ring. */
    public static EventLoop first(Uring uring) {
        return ((Rings) get(uring, "rings")).first();
    }

    /** Says whether what was in flight on a ring that failed is kept from the garbage collector. */
    public static boolean isKept(EventLoop failed) {
        return Abandoned.keeps(failed);
    }

    private static Object get(Object owner, String field) {
        try {
            return field(owner, field).get(owner);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static void set(Object owner, String field, Object value) {
        try {
            field(owner, field).set(owner, value);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static Field field(Object owner, String name) throws ReflectiveOperationException {
        Field field = owner.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field;
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
