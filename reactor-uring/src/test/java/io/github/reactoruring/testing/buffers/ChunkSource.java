package io.github.reactoruring.testing.buffers;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Emits bytes in chunks of random sizes, on a thread of choice, and fails after some if told to. It drops nothing: each
 * buffer that it makes is handed over, which operators that queue do not promise when they are cancelled.
 */
public final class ChunkSource implements Publisher<TrackedReader.Buffer>, Subscription {

    private final TrackedReader reader;
    private final byte[] content;
    private final int length;
    private final int largestChunk;
    private final long failAfter;
    private final Random sizes;
    private final Executor thread;
    private final AtomicLong requested = new AtomicLong();
    private Subscriber<? super TrackedReader.Buffer> subscriber;
    private volatile boolean cancelled;
    private int position;
    private long emitted;
    private boolean ended;
    private boolean emitting;

    /**
     * Describes the source, for one subscriber.
     *
     * @param failAfter how many buffers come before an error
     * @param thread runs the emissions
     */
    public ChunkSource(TrackedReader reader, byte[] content, int length, int largestChunk, long failAfter, Random sizes,
            Executor thread) {
        this.reader = reader;
        this.content = content;
        this.length = length;
        this.largestChunk = largestChunk;
        this.failAfter = failAfter;
        this.sizes = sizes;
        this.thread = thread;
    }

    @Override
    public void subscribe(Subscriber<? super TrackedReader.Buffer> given) {
        subscriber = given;
        given.onSubscribe(this);
        // An empty source ends without being asked.
        request(0);
    }

    @Override
    public void request(long n) {
        requested.addAndGet(n);
        thread.execute(this::emit);
    }

    /** Runs once for each request; one that comes from within an emission finds the loop at work. */
    private synchronized void emit() {
        if (emitting) {
            return;
        }
        emitting = true;
        while (!cancelled && !ended) {
            if (emitted == failAfter) {
                ended = true;
                subscriber.onError(new IllegalStateException("the source's error"));
            } else if (position >= length) {
                ended = true;
                subscriber.onComplete();
            } else if (requested.get() > emitted) {
                int from = position;
                position = Math.min(length, from + 1 + sizes.nextInt(largestChunk));
                emitted++;
                subscriber.onNext(reader.buffer(Arrays.copyOfRange(content, from, position)));
            } else {
                break;
            }
        }
        emitting = false;
    }

    @Override
    public void cancel() {
        cancelled = true;
    }
}
