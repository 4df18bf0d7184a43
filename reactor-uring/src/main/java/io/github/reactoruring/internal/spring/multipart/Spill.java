package io.github.reactoruring.internal.spring.multipart;

import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;

import io.github.reactoruring.internal.spring.Demand;
import io.github.reactoruring.internal.spring.Drain;
import reactor.core.publisher.Operators;

/**
 * Passes the content of a part on to whoever takes it, a file or a handler: what was in memory, then what comes.
 *
 * <p><b>Demand:</b> asks for one buffer more when it has none and the taker wants one. <b>Threading:</b> any; one
 * subscriber, one at a time who offers.
 *
 * <p><b>Buffers:</b> each is emitted, or released by whichever end comes first.
 */
final class Spill implements Publisher<DataBuffer>, Subscription {

    private final Queue<DataBuffer> waiting;
    private final Runnable ask;
    private final AtomicBoolean subscribed = new AtomicBoolean();
    private final Demand requested = new Demand();
    private final Drain drain = new Drain(this::move);
    private volatile @Nullable Subscriber<? super DataBuffer> taker;
    private volatile @Nullable Throwable failure;
    private volatile boolean asked;
    private volatile boolean complete;
    private volatile boolean cancelled;
    private volatile boolean skipping;
    private boolean terminated;

    /**
     * Takes over what is in memory.
     *
     * @param complete whether that is all
     * @param ask gets one more buffer offered
     */
    Spill(Queue<DataBuffer> waiting, boolean complete, Runnable ask) {
        this.waiting = waiting;
        this.complete = complete;
        this.ask = ask;
    }

    /** Adds a buffer; {@code last} if that is all. */
    void offer(DataBuffer buffer, boolean last) {
        waiting.add(buffer);
        complete = last;
        asked = false;
        drain.run();
    }

    /** Ends it with an error; false if it had all its content before. */
    boolean fail(Throwable error) {
        if (complete) {
            return false;
        }
        failure = error;
        drain.run();
        return true;
    }

    /** Releases what is there, and what is still to come. */
    void skip() {
        skipping = true;
        drain.run();
    }

    /** Says whether it was offered all. */
    boolean isComplete() {
        return complete;
    }

    /** Refuses a second subscriber: the content goes by once, and he would wait for ever. */
    @Override
    public void subscribe(Subscriber<? super DataBuffer> subscriber) {
        if (!subscribed.compareAndSet(false, true)) {
            Operators.error(subscriber,
                    new IllegalStateException("The content of a part can be read once, and somebody reads it already"));
            return;
        }
        subscriber.onSubscribe(this);
        taker = subscriber;
        drain.run();
    }

    @Override
    public void request(long n) {
        if (requested.add(n)) {
            drain.run();
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        drain.run();
    }

    private void move() {
        Subscriber<? super DataBuffer> target = taker;
        try {
            if (target != null) {
                emit(target);
            }
        } finally {
            if (cancelled || terminated || skipping) {
                PartBuffers.release(waiting);
            }
        }
        if (skipping && !complete && !asked) {
            asked = true;
            ask.run();
        }
    }

    private void emit(Subscriber<? super DataBuffer> target) {
        while (!cancelled && !terminated && !skipping) {
            boolean last = complete;
            Throwable error = failure;
            if (error != null) {
                terminated = true;
                target.onError(error);
            } else if (waiting.isEmpty()) {
                if (last) {
                    terminated = true;
                    target.onComplete();
                } else if (requested.isPositive() && !asked) {
                    asked = true;
                    ask.run();
                } else {
                    return;
                }
            } else if (requested.isPositive()) {
                requested.takeOne();
                target.onNext(waiting.remove());
            } else {
                return;
            }
        }
    }
}
