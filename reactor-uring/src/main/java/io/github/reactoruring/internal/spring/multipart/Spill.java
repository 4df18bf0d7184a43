package io.github.reactoruring.internal.spring.multipart;

import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;

import reactor.core.publisher.Operators;

/**
 * Is the content of a part on its way to whoever stores it: what was in memory, then what comes.
 *
 * <p><b>Demand:</b> asks for one buffer more when it has none and the writer wants one. <b>Threading:</b> any; one
 * subscriber, one at a time who offers.
 *
 * <p><b>Buffers:</b> each is emitted, or released by whichever end comes first.
 */
public final class Spill implements Publisher<DataBuffer>, Subscription {

    private final Queue<DataBuffer> waiting;
    private final Runnable ask;
    private final AtomicLong requested = new AtomicLong();
    /** Whoever makes it 1 emits, for all who come meanwhile. */
    private final AtomicInteger emitting = new AtomicInteger();
    private volatile @Nullable Subscriber<? super DataBuffer> writer;
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
    public Spill(Queue<DataBuffer> waiting, boolean complete, Runnable ask) {
        this.waiting = waiting;
        this.complete = complete;
        this.ask = ask;
    }

    /** Takes a buffer. */
    public void offer(DataBuffer buffer, boolean last) {
        waiting.add(buffer);
        complete = last;
        asked = false;
        drain();
    }

    /** Ends it with an error; false if it had all its content before. */
    public boolean fail(Throwable error) {
        if (complete) {
            return false;
        }
        failure = error;
        drain();
        return true;
    }

    /** Releases what is there, and what is still to come. */
    public void skip() {
        skipping = true;
        drain();
    }

    /** Says whether it was offered all. */
    public boolean isComplete() {
        return complete;
    }

    @Override
    public void subscribe(Subscriber<? super DataBuffer> subscriber) {
        subscriber.onSubscribe(this);
        writer = subscriber;
        drain();
    }

    @Override
    public void request(long n) {
        if (Operators.validate(n)) {
            requested.accumulateAndGet(n, Operators::addCap);
            drain();
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        drain();
    }

    private void drain() {
        if (emitting.getAndIncrement() != 0) {
            return;
        }
        int missed = 1;
        do {
            Subscriber<? super DataBuffer> target = writer;
            if (target != null) {
                emit(target);
            }
            if (cancelled || terminated || skipping) {
                release(waiting);
            }
            if (skipping && !complete && !asked) {
                asked = true;
                ask.run();
            }
            missed = emitting.addAndGet(-missed);
        } while (missed != 0);
    }

    /** Releases all that is in a queue. */
    static void release(Queue<DataBuffer> queue) {
        for (DataBuffer buffer = queue.poll(); buffer != null; buffer = queue.poll()) {
            DataBufferUtils.release(buffer);
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
                } else if (requested.get() > 0 && !asked) {
                    asked = true;
                    ask.run();
                } else {
                    return;
                }
            } else if (requested.get() > 0) {
                requested.updateAndGet(n -> n == Long.MAX_VALUE ? n : n - 1);
                target.onNext(waiting.remove());
            } else {
                return;
            }
        }
    }
}
