package io.github.reactoruring.internal.spring;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.http.ReactiveHttpOutputMessage;

import io.github.reactoruring.buffer.BufferFactory;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Holds what a message has in memory to a number of chunks, whatever the server requests: Reactor Netty requests 127
 * buffers at once and keeps those that a slow client does not take. A chunk counts from its request to the end of its
 * buffer, which the buffer tells.
 *
 * <p>The bound is for a slow connection only. A filter may keep all buffers to the end, to join or to cache them, and none
 * is freed meanwhile. So when all that was asked for is out and more is wanted, the connection is looked at: if nothing
 * waits there, it is not what holds the buffers, and as many chunks again are let through.
 *
 * <p>Also holds the content to the length that was announced: fewer bytes are an error, for the client would wait for the
 * rest, or take the start of the next response for it.
 *
 * <p><b>Demand:</b> of the server and of the chunks, whichever is less. Buffers that tell nothing count as gone at once,
 * and so do all of them where there is no connection to look at.
 */
public final class PacedBody extends Flux<DataBuffer> implements Scannable {

    /** Stands for a length not announced. */
    public static final long UNKNOWN_LENGTH = -1;

    /**
     * Says what a body is held to.
     *
     * @param path the file it is of, for errors
     * @param maxChunks how many chunks may be in memory
     * @param lengthBytes how many bytes there have to be, or {@link #UNKNOWN_LENGTH}
     */
    public record Bounds(Path path, int maxChunks, long lengthBytes) {
    }

    private final DataBufferFactory factory;
    private final Supplier<@Nullable Outlet> outlet;
    private final Bounds bounds;
    private final Function<BufferFactory<DataBuffer>, Flux<DataBuffer>> content;

    private PacedBody(DataBufferFactory factory, Supplier<@Nullable Outlet> outlet, Bounds bounds,
            Function<BufferFactory<DataBuffer>, Flux<DataBuffer>> content) {
        this.factory = factory;
        this.outlet = outlet;
        this.bounds = bounds;
        this.content = content;
    }

    /**
     * Makes a Flux of {@code content}, the body of {@code message}.
     *
     * @param content reads into the buffers it is given
     */
    public static Flux<DataBuffer> create(ReactiveHttpOutputMessage message, Bounds bounds,
            Function<BufferFactory<DataBuffer>, Flux<DataBuffer>> content) {
        return create(message.bufferFactory(), () -> Outlet.of(message), bounds, content);
    }

    /** Makes a Flux that leaves by {@code outlet}, asked for by each subscription. */
    static Flux<DataBuffer> create(DataBufferFactory factory, Supplier<@Nullable Outlet> outlet, Bounds bounds,
            Function<BufferFactory<DataBuffer>, Flux<DataBuffer>> content) {
        return onAssembly(new PacedBody(factory, outlet, bounds, content));
    }

    /**
     * Describes a file that ended before the length that was announced. Not by an EOFException: Spring takes that for a
     * client that has left, and ends the response as if it were whole.
     */
    public static IOException shorter(Path path, long lengthBytes) {
        return new FileSystemException(path.toString(), null, "has become shorter while it was sent: " + lengthBytes
                + " bytes were announced");
    }

    @Override
    public void subscribe(CoreSubscriber<? super DataBuffer> actual) {
        Paced paced = new Paced(actual, bounds, outlet.get());
        content.apply(Leases.telling(factory, paced::chunkFreed)).subscribe(paced);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }

    private static final class Paced implements CoreSubscriber<DataBuffer>, Subscription, Scannable {

        private static final long FIRST_LOOK_MILLIS = 10;
        private static final long LAST_LOOK_MILLIS = 1000;

        private final CoreSubscriber<? super DataBuffer> actual;
        private final Bounds bounds;
        private final @Nullable Outlet outlet;
        private final Demand requested = new Demand();
        private final AtomicLong freed = new AtomicLong();
        private final Drain asking = new Drain(this::askForMore);
        /** How many chunks may be asked for whatever is freed: it was not the connection that held them. */
        private volatile long letThrough;
        /** Whether somebody is on his way to look at the connection. */
        private final AtomicBoolean looking = new AtomicBoolean();
        private final AtomicBoolean cancelled = new AtomicBoolean();
        private final Runnable look = this::look;
        private @Nullable Subscription upstream;
        private volatile long asked;
        private volatile long emitted;
        private long lookMillis;
        private long sentBytes;
        private volatile boolean done;

        Paced(CoreSubscriber<? super DataBuffer> actual, Bounds bounds, @Nullable Outlet outlet) {
            this.actual = actual;
            this.bounds = bounds;
            this.outlet = outlet;
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
            if (requested.add(n)) {
                asking.run();
            }
        }

        void chunkFreed() {
            freed.incrementAndGet();
            asking.run();
        }

        private void askForMore() {
            long demand = requested.get();
            long allowed = outlet == null
                    ? demand
                    : Math.min(demand, Math.max(letThrough, freed.get() + bounds.maxChunks()));
            long more = allowed - asked;
            // Half the window at once: a request for each chunk would wake the ring for each.
            boolean worthIt = more >= (bounds.maxChunks() + 1) / 2 || allowed == demand;
            if (more > 0 && worthIt && upstream != null && !cancelled.get()) {
                asked = allowed;
                upstream.request(more);
            } else if (isStalled() && looking.compareAndSet(false, true)) {
                lookMillis = 0;
                lookLater();
            }
        }

        /** More is wanted, and all that was asked for is out. */
        private boolean isStalled() {
            return requested.get() > asked && emitted >= asked && !done && !cancelled.get();
        }

        private void lookLater() {
            if (outlet == null || !outlet.later(look, lookMillis)) {
                letThrough();
            }
        }

        /** Runs behind whatever the connection was given to send. */
        private void look() {
            if (!isStalled()) {
                looking.set(false);
                // It may have stalled in between.
                asking.run();
            } else if (outlet == null || outlet.isIdle()) {
                letThrough();
            } else {
                // A slow client: its chunks are freed as it takes them.
                lookMillis = Math.clamp(2 * lookMillis, FIRST_LOOK_MILLIS, LAST_LOOK_MILLIS);
                lookLater();
            }
        }

        /** A limit and not a loan: the chunks that are let through count again as soon as they are freed. */
        private void letThrough() {
            letThrough = asked + bounds.maxChunks();
            looking.set(false);
            asking.run();
        }

        @Override
        public void onNext(DataBuffer buffer) {
            sentBytes += buffer.readableByteCount();
            boolean tells = Leases.tells(buffer);
            actual.onNext(buffer);
            emitted++;
            if (!tells) {
                chunkFreed();
            } else if (emitted >= asked) {
                asking.run();
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
            if (sentBytes < bounds.lengthBytes()) {
                actual.onError(shorter(bounds.path(), bounds.lengthBytes()));
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
                return bounds.maxChunks();
            }
            return key == Attr.RUN_STYLE ? Attr.RunStyle.SYNC : null;
        }
    }
}
