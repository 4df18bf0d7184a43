package io.github.reactoruring.internal.source;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

import io.github.reactoruring.internal.loop.DisposalBatch;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.LoopTask;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.loop.Request;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.NativeMemory;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;

/**
 * The subscription of a multishot source: one request that gives many values, buffered within a bound.
 *
 * <p>When the buffer is full the request is cancelled, and what still arrives is kept; the kernel holds the data back
 * meanwhile. It is armed again once the buffer has drained to a quarter, not at every dip.
 *
 * <p><b>Threads:</b> {@code request} and {@code cancel} any; all else the owner's.
 */
final class Multishot<T> implements Subscription, Scannable, LoopTask {

    static final int CAPACITY = 256;
    private static final int LOW_WATER = CAPACITY / 4;
    private static final Duration BACKOFF = Duration.ofMillis(1);

    private final EventLoop loop;
    private final CoreSubscriber<? super T> actual;
    private final MultishotOperation<T> operation;
    private final Demand demand;
    private final AtomicBoolean cancelled = new AtomicBoolean();

    private final ArrayDeque<T> buffer = new ArrayDeque<>();
    private @Nullable Arm arm;
    private @Nullable Backoff backoff;
    private boolean paused;
    private boolean ended;
    private @Nullable Throwable error;
    private boolean terminated;
    private boolean draining;
    private boolean drainAgain;

    Multishot(EventLoop loop, CoreSubscriber<? super T> actual, MultishotOperation<T> operation) {
        this.loop = loop;
        this.actual = actual;
        this.operation = operation;
        demand = new Demand(loop, this::drain, this::fail);
    }

    @Override
    public void request(long n) {
        if (Operators.validate(n)) {
            demand.add(n);
        }
    }

    @Override
    public void cancel() {
        if (cancelled.compareAndSet(false, true)) {
            DisposalBatch.dispose(loop, this);
        }
    }

    /** Runs on the owner when the source was disposed of. */
    @Override
    public void run() {
        if (arm != null) {
            arm.dispose();
        }
        if (backoff != null) {
            backoff.dispose();
        }
        discardBuffer();
    }

    @Override
    public void rejected(Throwable cause) {
        discardBuffer();
    }

    private void fail(Throwable cause) {
        if (!ended) {
            ended = true;
            error = cause;
        }
        drain();
    }

    private void drain() {
        if (draining) {
            drainAgain = true;
            return;
        }
        draining = true;
        try {
            do {
                drainAgain = false;
                emit();
            } while (drainAgain);
        } catch (Throwable t) {
            // A subscriber that throws is beyond the protocol: it counts as gone.
            cancel();
            throw t;
        } finally {
            draining = false;
        }
        // A source that was paused had demand, and is armed ahead of the next: what is buffered lasts that long.
        boolean wanted = demand.get() > 0 || paused;
        if (!ended && !terminated && arm == null && backoff == null && !cancelled.get() && wanted
                && buffer.size() <= LOW_WATER) {
            paused = false;
            arm = new Arm();
            arm.submit();
        }
    }

    private void emit() {
        while (!buffer.isEmpty() && demand.get() > 0) {
            if (cancelled.get()) {
                discardBuffer();
                return;
            }
            T value = buffer.remove();
            demand.produced(1);
            actual.onNext(value);
        }
        if (ended && buffer.isEmpty() && !terminated && !cancelled.get()) {
            terminated = true;
            if (error == null) {
                actual.onComplete();
            } else {
                actual.onError(error);
            }
        }
    }

    private void accept(int result, int flags, long userData) {
        // A multishot timer ticks with -ETIME: what goes on is no error.
        if (result >= 0 || !Request.isFinal(flags)) {
            take(result, flags, userData);
        } else {
            // An error may carry a buffer all the same.
            operation.discardCompletion(result, flags);
        }
        if (Request.isFinal(flags)) {
            arm = null;
            if (!ended) {
                end(result, flags);
            }
        } else if (buffer.size() >= CAPACITY && arm != null && !paused) {
            paused = true;
            arm.cancelButDeliver();
        }
        drain();
    }

    /** Makes a value of a completion, and buffers it; where that fails the source does. */
    private void take(int result, int flags, long userData) {
        try {
            T value = operation.value(result, flags, userData);
            if (value != null) {
                buffer.add(value);
            }
        } catch (Throwable t) {
            ended = true;
            error = t;
            if (arm != null) {
                arm.dispose();
            }
        }
    }

    private void end(int result, int flags) {
        if (result == -Errno.ENOBUFS) {
            // A pause for want of buffers: nobody tells when there are some again.
            backoff = new Backoff();
            backoff.submit();
            return;
        }
        if (paused && Errno.endedByCancel(-result)) {
            return;
        }
        switch (operation.ending(result, flags)) {
            case REARM -> {
            }
            case COMPLETE -> ended = true;
            case ERROR -> {
                ended = true;
                error = operation.error(result);
            }
        }
    }

    private void discardBuffer() {
        T value;
        while ((value = buffer.poll()) != null) {
            operation.discard(value, actual.currentContext());
        }
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        if (key == Attr.ACTUAL) {
            return actual;
        }
        if (key == Attr.CANCELLED) {
            return cancelled.get();
        }
        if (key == Attr.TERMINATED) {
            return terminated;
        }
        if (key == Attr.REQUESTED_FROM_DOWNSTREAM) {
            return demand.get();
        }
        if (key == Attr.BUFFERED) {
            return buffer.size();
        }
        if (key == Attr.CAPACITY) {
            return CAPACITY;
        }
        if (key == Attr.ERROR) {
            return error;
        }
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }

    /** One request's life; a source that pauses goes through several. */
    private final class Arm extends Request {

        Arm() {
            super(Multishot.this.loop);
        }

        @Override
        protected int opcode() {
            return operation.opcode();
        }

        @Override
        protected @Nullable OpenFile file() {
            return operation.file();
        }

        @Override
        protected boolean elusive() {
            return operation.elusive();
        }

        @Override
        protected @Nullable Long chosenUserData() {
            return operation.chosenUserData();
        }

        @Override
        protected void staged(long stagedUserData) {
            operation.staged(stagedUserData);
        }

        @Override
        protected void prepare(Sqe sqe) {
            operation.prepare(sqe);
        }

        @Override
        protected void completed(int result, int flags) {
            accept(result, flags, userData());
        }

        @Override
        protected void discarded(int result, int flags) {
            operation.discardCompletion(result, flags);
        }

        @Override
        protected void failed(Throwable cause) {
            arm = null;
            fail(cause);
        }

        @Override
        protected void released() {
            operation.released();
        }
    }

    /** Waits a little before the request is armed anew. */
    private final class Backoff extends Request {

        private @Nullable MemorySegment timespec;

        Backoff() {
            super(Multishot.this.loop);
        }

        @Override
        protected int opcode() {
            return IoUringAbi.IORING_OP_TIMEOUT;
        }

        @Override
        protected void prepare(Sqe sqe) {
            timespec = Timespec.allocate(BACKOFF);
            sqe.opcode(IoUringAbi.IORING_OP_TIMEOUT).fd(-1).addr(timespec.address()).len(1);
        }

        @Override
        protected void completed(int result, int flags) {
            backoff = null;
            drain();
        }

        @Override
        protected void failed(Throwable cause) {
            backoff = null;
            fail(cause);
        }

        @Override
        protected void released() {
            if (timespec != null) {
                NativeMemory.free(timespec);
                timespec = null;
            }
        }
    }
}
