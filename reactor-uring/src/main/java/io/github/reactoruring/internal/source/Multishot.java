package io.github.reactoruring.internal.source;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.loop.Request;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import reactor.core.CoreSubscriber;

/**
 * The subscription of a multishot source: one request that gives many values, buffered within a bound.
 *
 * <p>When the buffer is full the request is cancelled, and what still arrives is kept; the kernel holds the data back
 * meanwhile. It is armed again once the buffer has drained to a quarter, not at every dip.
 *
 * <p><b>Threads:</b> {@code request} and {@code cancel} any; all else the owner's.
 */
final class Multishot<T> extends OwnerDrain<T> {

    static final int CAPACITY = 256;
    private static final int LOW_WATER = CAPACITY / 4;
    private static final Duration BACKOFF = Duration.ofMillis(1);

    private final CoreSubscriber<? super T> actual;
    private final MultishotOperation<T> operation;

    private final ArrayDeque<Element<T>> buffer = new ArrayDeque<>();
    private @Nullable Arm arm;
    private @Nullable Backoff backoff;
    /** How many times it was armed that are not over, to the last callback: the kernel may use the memory. */
    private int arms;
    private final AtomicBoolean released = new AtomicBoolean();
    private boolean paused;
    /** Whether no more comes; what is buffered comes before the end. */
    private boolean ended;
    private @Nullable Throwable error;

    Multishot(EventLoop loop, CoreSubscriber<? super T> actual, MultishotOperation<T> operation) {
        super(loop, actual);
        this.actual = actual;
        this.operation = operation;
    }

    /** A value that may have to be freed. */
    private final class Received extends Element<T> {

        private final T value;

        Received(T value) {
            this.value = value;
        }

        @Override
        protected T value() {
            return value;
        }

        @Override
        protected void discard() {
            operation.discard(value, Signals.context(actual));
        }
    }

    @Override
    protected void stop() {
        if (arm != null) {
            arm.dispose();
        }
        if (backoff != null) {
            backoff.dispose();
        }
    }

    @Override
    protected void free() {
        Element<T> element;
        while ((element = buffer.poll()) != null) {
            element.free();
        }
        releaseWhenDone();
    }

    /** What the operation points to is the same for each time it is armed: none of them may still need it. */
    private void releaseWhenDone() {
        if (arms == 0 && (ended || isOver()) && released.compareAndSet(false, true)) {
            operation.released();
        }
    }

    @Override
    protected void loopClosed(Throwable cause) {
        if (!ended) {
            ended = true;
            error = cause;
        }
        drain();
    }

    @Override
    protected void step() {
        while (wanted() && !buffer.isEmpty()) {
            emit(buffer.remove());
        }
        if (ended && buffer.isEmpty()) {
            end(error);
        } else if (mayArm()) {
            paused = false;
            arm = new Arm();
            arms++;
            arm.submit();
        }
    }

    private void end(@Nullable Throwable cause) {
        if (cause == null) {
            complete();
        } else {
            fail(cause);
        }
    }

    private boolean mayArm() {
        // A source that was paused had demand, and is armed ahead of the next: what is buffered lasts that long.
        return !ended && !isOver() && arm == null && backoff == null && (demanded() > 0 || paused)
                && buffer.size() <= LOW_WATER;
    }

    private void accept(int result, int flags, long userData) {
        if (operation.isValue(result, flags)) {
            take(result, flags, userData);
        } else {
            // An error may carry a buffer all the same.
            discard(result, flags, userData);
        }
        if (Request.isFinal(flags)) {
            Arm over = arm;
            arm = null;
            if (!ended) {
                end(over, result, flags);
            }
        } else if (buffer.size() >= CAPACITY && arm != null && !paused) {
            paused = true;
            arm.cancelButDeliver();
        }
        drain();
    }

    /** Makes a value of a completion, and buffers it; where that fails the source does. */
    private void take(int result, int flags, long userData) {
        T value;
        try {
            value = operation.value(result, flags, userData);
        } catch (Throwable t) {
            discard(result, flags, userData);
            failWith(t);
            return;
        }
        if (value == null) {
            return;
        }
        try {
            buffer.add(new Received(value));
        } catch (Throwable t) {
            // No memory to keep it in.
            operation.discard(value, Signals.context(actual));
            failWith(t);
        }
    }

    private void failWith(Throwable cause) {
        ended = true;
        error = cause;
        if (arm != null) {
            arm.dispose();
        }
    }

    /** What that throws must not keep the source from its end. */
    private void discard(int result, int flags, long userData) {
        try {
            operation.discardCompletion(result, flags, userData, Signals.context(actual));
        } catch (Throwable t) {
            Faults.log("What a completion carried could not be freed", t);
        }
    }

    private void end(@Nullable Arm over, int result, int flags) {
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
                error = over == null ? operation.error(result) : Errors.told(over, operation.error(result));
            }
        }
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        if (key == Attr.BUFFERED) {
            return buffer.size();
        }
        if (key == Attr.CAPACITY) {
            return CAPACITY;
        }
        return key == Attr.ERROR && error != null ? error : super.scanUnsafe(key);
    }

    /** One request's life; a source that pauses goes through several. */
    private final class Arm extends Request {

        Arm() {
            super(Multishot.this.loop());
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
        protected boolean mayGiveMore() {
            return true;
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
            operation.discardCompletion(result, flags, userData(), Signals.context(actual));
        }

        @Override
        protected void failed(Throwable cause) {
            arm = null;
            loopClosed(cause);
        }

        @Override
        protected void released() {
            arms--;
            releaseWhenDone();
        }
    }

    /** Waits a little before the request is armed anew. */
    private final class Backoff extends Request {

        private final Timespec timespec = new Timespec();

        Backoff() {
            super(Multishot.this.loop());
        }

        @Override
        protected int opcode() {
            return IoUringAbi.IORING_OP_TIMEOUT;
        }

        @Override
        protected void prepare(Sqe sqe) {
            Prep.timeout(sqe, timespec.set(BACKOFF), 0);
        }

        @Override
        protected void completed(int result, int flags) {
            backoff = null;
            drain();
        }

        @Override
        protected void failed(Throwable cause) {
            backoff = null;
            loopClosed(cause);
        }

        @Override
        protected void released() {
            timespec.free();
        }
    }
}
