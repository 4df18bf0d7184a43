package io.github.reactoruring.testing.buffers;

import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

import io.github.reactoruring.testing.Await;

/** A source of buffers driven by hand, for one subscriber, that notes what is asked of it and who cancels it. */
public final class WriteSource implements Publisher<TrackedReader.Buffer>, Subscription {

    private final AtomicLong requested = new AtomicLong();
    private volatile @Nullable Subscriber<? super TrackedReader.Buffer> subscriber;
    private volatile @Nullable Thread cancelledBy;

    @Override
    public void subscribe(Subscriber<? super TrackedReader.Buffer> given) {
        subscriber = given;
        given.onSubscribe(this);
    }

    @Override
    public void request(long n) {
        requested.addAndGet(n);
    }

    @Override
    public void cancel() {
        if (cancelledBy == null) {
            cancelledBy = Thread.currentThread();
        }
    }

    /** Says whether anybody has subscribed. */
    public boolean isSubscribed() {
        return subscriber != null;
    }

    /** Returns how many buffers were requested so far. */
    public long requested() {
        return requested.get();
    }

    /** Waits until exactly {@code count} were requested so far. */
    public void awaitRequested(long count) {
        Await.until(count + " requested, not " + requested, () -> requested.get() >= count);
        if (requested.get() != count) {
            throw new AssertionError(requested + " requested, not " + count);
        }
    }

    /** Returns the first thread to cancel, or null. */
    public @Nullable Thread cancelledBy() {
        return cancelledBy;
    }

    /** Emits a buffer, on the caller's thread. */
    public void emit(TrackedReader.Buffer buffer) {
        target().onNext(buffer);
    }

    /** Fails, on the caller's thread. */
    public void fail(Throwable error) {
        target().onError(error);
    }

    /** Completes, on the caller's thread. */
    public void complete() {
        target().onComplete();
    }

    private Subscriber<? super TrackedReader.Buffer> target() {
        Subscriber<? super TrackedReader.Buffer> given = subscriber;
        if (given == null) {
            throw new IllegalStateException("nobody has subscribed");
        }
        return given;
    }
}
