package io.github.reactoruring.internal.spring;

import java.io.EOFException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.util.ClassUtils;

import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.netty.channel.ChannelOperations;
import reactor.util.context.Context;

/**
 * The body of a request that ends with an error where it ends too early. A server that is stopped completes the bodies
 * that are still coming (Reactor Netty 1.3.6), as do servlets whose asynchronous request is ended by the container.
 *
 * <p>Too early is before Content-Length, where there is one; else where Reactor Netty says that it has given the rest
 * up.
 *
 * <p><b>Threads:</b> those of the body.
 */
final class WholeBody extends FluxOperator<DataBuffer, DataBuffer> implements Scannable {

    private static final boolean NETTY = ClassUtils.isPresent("reactor.netty.channel.ChannelOperations",
            WholeBody.class.getClassLoader());

    private final ServerHttpRequest request;
    /** Of the request: whoever comes second gets what the first has left, which may be nothing, and whole for all that. */
    private final AtomicBoolean taken;

    private WholeBody(Flux<DataBuffer> body, ServerHttpRequest request, AtomicBoolean taken) {
        super(body);
        this.request = request;
        this.taken = taken;
    }

    /**
     * Makes the body of a request.
     *
     * @param body the server's
     * @param taken whether somebody has it already
     */
    static Flux<DataBuffer> create(Flux<DataBuffer> body, ServerHttpRequest request, AtomicBoolean taken) {
        return onAssembly(new WholeBody(body, request, taken));
    }

    @Override
    public void subscribe(CoreSubscriber<? super DataBuffer> actual) {
        source.subscribe(taken.compareAndSet(false, true) ? new Counting(actual, request) : actual);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.RUN_STYLE ? Attr.RunStyle.SYNC : super.scanUnsafe(key);
    }

    /** Counts what passes. Who cancels knows that there is no more: servers may complete the body after that. */
    private static final class Counting implements CoreSubscriber<DataBuffer>, Subscription {

        private final CoreSubscriber<? super DataBuffer> actual;
        private final ServerHttpRequest request;
        private @Nullable Subscription upstream;
        private volatile boolean cancelled;
        private long bytes;

        Counting(CoreSubscriber<? super DataBuffer> actual, ServerHttpRequest request) {
            this.actual = actual;
            this.request = request;
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
            Objects.requireNonNull(upstream, "onSubscribe comes first").request(n);
        }

        @Override
        public void cancel() {
            cancelled = true;
            Objects.requireNonNull(upstream, "onSubscribe comes first").cancel();
        }

        @Override
        public void onNext(DataBuffer buffer) {
            bytes += buffer.readableByteCount();
            actual.onNext(buffer);
        }

        @Override
        public void onError(Throwable error) {
            actual.onError(error);
        }

        @Override
        public void onComplete() {
            long announced = request.getHeaders().getContentLength();
            if (!cancelled && (announced < 0 ? isGivenUp() : bytes < announced)) {
                actual.onError(new EOFException("The request's body ended after " + bytes
                        + (announced < 0 ? " bytes, before its last chunk" : " of " + announced + " bytes")));
            } else {
                actual.onComplete();
            }
        }

        private boolean isGivenUp() {
            try {
                return NETTY && Netty.hasGivenUp(ServerHttpRequestDecorator.getNativeRequest(request));
            } catch (IllegalArgumentException | UnsupportedOperationException | IllegalStateException e) {
                // A mock's, which has none.
                return false;
            }
        }
    }

    /** Loaded only where Reactor Netty is there. */
    private static final class Netty {

        private Netty() {
        }

        static boolean hasGivenUp(Object nativeRequest) {
            return nativeRequest instanceof ChannelOperations<?, ?> operations && operations.isInboundCancelled();
        }
    }
}
