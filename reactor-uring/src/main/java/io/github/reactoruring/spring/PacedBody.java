package io.github.reactoruring.spring;

import java.io.EOFException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;

import io.github.reactoruring.buffer.BufferFactory;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Holds what a response has in memory to a number of chunks, whatever the server requests: Reactor Netty requests 127
 * buffers at once and keeps those that a slow client does not take. A chunk counts from its request to the end of its
 * buffer, which the buffer tells.
 *
 * <p>Not for a subscriber that keeps all buffers to the end, such as {@code DataBufferUtils.join}: it would wait for ever.
 *
 * <p>Also holds the content to the length that was announced: fewer bytes are an error, for the client would wait for the
 * rest, or take the start of the next response for it.
 *
 * <p><b>Demand:</b> of the server and of the chunks, whichever is less. Buffers that tell nothing count as gone at once.
 */
final class PacedBody extends Flux<DataBuffer> implements Scannable {

    /** Stands for a length not announced. */
    static final long UNKNOWN_LENGTH = -1;

    private final DataBufferFactory factory;
    private final int maxChunks;
    private final long lengthBytes;
    private final Function<BufferFactory<DataBuffer>, Flux<DataBuffer>> content;

    private PacedBody(DataBufferFactory factory, int maxChunks, long lengthBytes,
            Function<BufferFactory<DataBuffer>, Flux<DataBuffer>> content) {
        this.factory = factory;
        this.maxChunks = maxChunks;
        this.lengthBytes = lengthBytes;
        this.content = content;
    }

    /**
     * Makes a Flux of {@code content}.
     *
     * @param maxChunks how many chunks may be in memory
     * @param lengthBytes how many bytes there have to be, or {@link #UNKNOWN_LENGTH}
     * @param content reads into the buffers it is given
     */
    static Flux<DataBuffer> create(DataBufferFactory factory, int maxChunks, long lengthBytes,
            Function<BufferFactory<DataBuffer>, Flux<DataBuffer>> content) {
        return onAssembly(new PacedBody(factory, maxChunks, lengthBytes, content));
    }

    /** Describes a file that ended before the length that was announced. */
    static EOFException shorter(long lengthBytes) {
        return new EOFException("The file has become shorter while it was sent: " + lengthBytes
                + " bytes were announced");
    }

    @Override
    public void subscribe(CoreSubscriber<? super DataBuffer> actual) {
        Paced paced = new Paced(actual, maxChunks, lengthBytes);
        content.apply(DataBuffers.telling(factory, paced::chunkFreed)).subscribe(paced);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }

    private static final class Paced implements CoreSubscriber<DataBuffer>, Subscription, Scannable {

        private final CoreSubscriber<? super DataBuffer> actual;
        private final int maxChunks;
        private final long lengthBytes;
        private final AtomicLong requested = new AtomicLong();
        private final AtomicLong freed = new AtomicLong();
        /** Whoever makes it 1 asks, for all who come meanwhile. */
        private final AtomicInteger asking = new AtomicInteger();
        private final AtomicBoolean cancelled = new AtomicBoolean();
        private @Nullable Subscription upstream;
        private long asked;
        private long sentBytes;
        private boolean done;

        Paced(CoreSubscriber<? super DataBuffer> actual, int maxChunks, long lengthBytes) {
            this.actual = actual;
            this.maxChunks = maxChunks;
            this.lengthBytes = lengthBytes;
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            if (Operators.validate(upstream, subscription)) {
                upstream = subscription;
                actual.onSubscribe(this);
            }
        }

        @Override
        public void request(long n) {
            if (Operators.validate(n)) {
                requested.accumulateAndGet(n, Operators::addCap);
                ask();
            }
        }

        void chunkFreed() {
            freed.incrementAndGet();
            ask();
        }

        private void ask() {
            if (asking.getAndIncrement() != 0) {
                return;
            }
            int missed = 1;
            do {
                long demand = requested.get();
                long allowed = Math.min(demand, freed.get() + maxChunks);
                long more = allowed - asked;
                // Half the window at once: a request for each chunk would wake the ring for each.
                boolean worthIt = more >= (maxChunks + 1) / 2 || allowed == demand;
                if (more > 0 && worthIt && upstream != null && !cancelled.get()) {
                    asked = allowed;
                    upstream.request(more);
                }
                missed = asking.addAndGet(-missed);
            } while (missed != 0);
        }

        @Override
        public void onNext(DataBuffer buffer) {
            sentBytes += buffer.readableByteCount();
            boolean tells = DataBuffers.tells(buffer);
            actual.onNext(buffer);
            if (!tells) {
                chunkFreed();
            }
        }

        @Override
        public void onError(Throwable error) {
            if (done) {
                Operators.onErrorDropped(error, actual.currentContext());
            } else {
                done = true;
                actual.onError(error);
            }
        }

        @Override
        public void onComplete() {
            if (done) {
                return;
            }
            done = true;
            if (sentBytes < lengthBytes) {
                actual.onError(shorter(lengthBytes));
            } else {
                actual.onComplete();
            }
        }

        @Override
        public void cancel() {
            if (cancelled.compareAndSet(false, true) && upstream != null) {
                upstream.cancel();
            }
        }

        @Override
        @SuppressWarnings("rawtypes")
        public @Nullable Object scanUnsafe(Attr key) {
            if (key == Attr.ACTUAL) {
                return actual;
            }
            if (key == Attr.PARENT) {
                return upstream;
            }
            if (key == Attr.CANCELLED) {
                return cancelled.get();
            }
            if (key == Attr.TERMINATED) {
                return done;
            }
            if (key == Attr.REQUESTED_FROM_DOWNSTREAM) {
                return requested.get();
            }
            if (key == Attr.CAPACITY) {
                return maxChunks;
            }
            return key == Attr.RUN_STYLE ? Attr.RunStyle.SYNC : null;
        }
    }
}
