package io.github.reactoruring.internal.source.write;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

import org.jctools.queues.atomic.MpmcAtomicArrayQueue;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;

import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.LoopTask;
import io.github.reactoruring.internal.source.Faults;
import io.github.reactoruring.internal.source.buffer.Lent;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Operators;
import reactor.util.Logger;
import reactor.util.Loggers;
import reactor.util.context.Context;

/**
 * Takes the buffers of a write's source, in the order they come, up to what was requested.
 *
 * <p>Invariant: what was lent and not polled is released once, whoever closes: a buffer that slips in beside the closing
 * wakes the owner, which releases it.
 *
 * <p><b>Threads:</b> the signals of the source, and {@link #close}, any; all else the owner's.
 */
final class Intake<B> implements CoreSubscriber<B>, LoopTask {

    private static final Logger LOG = Loggers.getLogger(Intake.class);
    private static final VarHandle UPSTREAM;
    private static final VarHandle SIGNALLED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            UPSTREAM = lookup.findVarHandle(Intake.class, "upstream", Subscription.class);
            SIGNALLED = lookup.findVarHandle(Intake.class, "signalled", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Hears from the intake on the owner thread. */
    interface Listener {

        /** Something has come: buffers, or the end. */
        void arrived();

        /** The loop has closed; on any thread. */
        void loopClosed(Throwable cause);

        /** Returns the context of who is written for. */
        Context currentContext();
    }

    private final EventLoop loop;
    private final BufferReader<? super B> reader;
    private final int maxInFlight;
    private final Listener listener;
    private final MpmcAtomicArrayQueue<Lent> queue;
    private volatile @Nullable Subscription upstream;
    private volatile boolean signalled;
    private volatile boolean closed;
    private volatile boolean done;
    private @Nullable Throwable error;

    Intake(EventLoop loop, BufferReader<? super B> reader, int maxInFlight, Listener listener) {
        this.loop = loop;
        this.reader = reader;
        this.maxInFlight = maxInFlight;
        this.listener = listener;
        queue = new MpmcAtomicArrayQueue<>(Math.max(2, maxInFlight));
    }

    // ---- The source's signals

    void subscribeTo(Publisher<? extends B> source) {
        if (!closed) {
            source.subscribe(this);
        }
    }

    @Override
    public Context currentContext() {
        return listener.currentContext();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        Objects.requireNonNull(subscription, "subscription");
        if (UPSTREAM.compareAndSet(this, null, subscription)) {
            requestOf(subscription, maxInFlight);
        } else {
            subscription.cancel();
        }
    }

    @Override
    public void onNext(B buffer) {
        require(buffer, "The source of a write emitted null");
        if (closed || done) {
            Lent.free(reader, buffer);
            return;
        }
        Lent loan;
        try {
            loan = Lent.of(reader, buffer);
        } catch (Throwable t) {
            fail(t);
            return;
        }
        if (!queue.offer(loan)) {
            loan.release();
            fail(Exceptions.failWithOverflow("The source emitted more buffers than the " + maxInFlight
                    + " that were requested of it"));
            return;
        }
        signal();
    }

    /** Throws as the specification has it (rule 2.13); but a source that does so may say no more, and the write has to end. */
    private void require(@Nullable Object signal, String otherwise) {
        if (signal == null) {
            NullPointerException violation = new NullPointerException(otherwise);
            if (!closed && !done) {
                fail(violation);
            }
            throw violation;
        }
    }

    private void fail(Throwable cause) {
        cancelUpstream();
        endWith(cause);
    }

    private void endWith(Throwable cause) {
        error = cause;
        done = true;
        signal();
    }

    @Override
    public void onError(Throwable cause) {
        require(cause, "The source of a write failed with null");
        if (done) {
            Operators.onErrorDropped(cause, currentContext());
            return;
        }
        if (closed) {
            // It crossed the cancel: a connection that is lost cancels whoever stores its body, and fails the body.
            LOG.debug("The source of a write failed after it was cancelled", cause);
            return;
        }
        endWith(cause);
    }

    @Override
    public void onComplete() {
        if (!done) {
            done = true;
            signal();
        }
    }

    /** Leaves the work to the next round of the owner, so that what comes in one goes is written in one go. */
    private void signal() {
        if (SIGNALLED.compareAndSet(this, false, true)) {
            loop.execute(this);
        }
    }

    @Override
    public void run() {
        signalled = false;
        listener.arrived();
    }

    @Override
    public void rejected(Throwable cause) {
        signalled = false;
        close();
        releaseQueued();
        listener.loopClosed(cause);
    }

    // ---- For the write

    /** Takes no more: cancels the source at once, on the caller's thread. Any thread, idempotent. */
    void close() {
        closed = true;
        cancelUpstream();
    }

    private void cancelUpstream() {
        Subscription previous = (Subscription) UPSTREAM.getAndSet(this, Operators.cancelledSubscription());
        if (previous != null) {
            try {
                previous.cancel();
            } catch (Throwable t) {
                Faults.log("The source of a write threw from cancel", t);
            }
        }
    }

    /** Asks the source for {@code n} more. */
    void request(long n) {
        Subscription source = upstream;
        if (source != null && n > 0 && !done) {
            requestOf(source, n);
        }
    }

    /** Against the specification, but nobody else would ever end the write. */
    private void requestOf(Subscription source, long n) {
        try {
            source.request(n);
        } catch (Throwable t) {
            fail(t);
        }
    }

    @Nullable
    Lent peek() {
        return queue.peek();
    }

    @Nullable
    Lent poll() {
        return queue.poll();
    }

    /** Releases what was lent and not polled. Only after {@link #close}. */
    void releaseQueued() {
        Lent loan;
        while ((loan = queue.poll()) != null) {
            loan.release();
        }
    }

    /** Says whether the source has ended; then {@link #error} is known, and no buffer comes after those queued. */
    boolean isDone() {
        return done;
    }

    /** Returns the error the source ended with, or null. */
    @Nullable
    Throwable error() {
        return error;
    }

    int queued() {
        return queue.size();
    }

    @Nullable
    Subscription upstream() {
        return upstream;
    }
}
