package io.github.reactoruring.internal.spring;

import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.springframework.http.server.reactive.ServerHttpResponse;

import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Ends the body of a response whose writing was cancelled, or failed. Spring leaves the body as it is where a client was
 * gone before the first byte (7.0.8), and with it an open file.
 *
 * <p>A writing that <em>completes</em> says nothing about the body: a response may have stored it, to be read later. Only
 * where the response had been sent before, nobody will.
 *
 * <p><b>Threads:</b> any.
 */
public final class ResponseBody {

    private final Set<Reading<?>> open = ConcurrentHashMap.newKeySet();
    private volatile boolean ended;

    private ResponseBody() {
    }

    /** Makes the writing of a response, whose body is to go through {@link #watch}. */
    public static Mono<Void> write(ServerHttpResponse response, Function<ResponseBody, Mono<Void>> writing) {
        return Mono.defer(() -> {
            ResponseBody body = new ResponseBody();
            boolean sentBefore = response.isCommitted();
            return writing.apply(body).doOnCancel(body::end).doOnError(error -> body.end()).doOnSuccess(done -> {
                if (sentBefore) {
                    body.end();
                }
            });
        });
    }

    /** Passes the body on, and remembers who reads it. */
    public <T> Flux<T> watch(Publisher<T> body) {
        return Watched.create(Flux.from(body), this);
    }

    private void begun(Reading<?> reading) {
        open.add(reading);
        if (ended) {
            reading.cancel();
        }
    }

    private void end() {
        ended = true;
        open.forEach(Reading::cancel);
    }

    private static final class Watched<T> extends FluxOperator<T, T> {

        private final ResponseBody body;

        private Watched(Flux<T> source, ResponseBody body) {
            super(source);
            this.body = body;
        }

        static <T> Flux<T> create(Flux<T> source, ResponseBody body) {
            return onAssembly(new Watched<>(source, body));
        }

        @Override
        public void subscribe(CoreSubscriber<? super T> actual) {
            if (body.ended) {
                Operators.error(actual, new CancellationException("The writing of the response has ended"));
            } else {
                source.subscribe(new Reading<>(actual, body));
            }
        }
    }

    /** Passes the body on to one who reads it: a single operator, since each chunk goes through it. */
    private static final class Reading<T> implements CoreSubscriber<T>, Subscription, Scannable {

        private final CoreSubscriber<? super T> actual;
        private final ResponseBody body;
        private @Nullable Subscription upstream;

        Reading(CoreSubscriber<? super T> actual, ResponseBody body) {
            this.actual = actual;
            this.body = body;
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            if (Operators.validate(upstream, subscription)) {
                upstream = subscription;
                body.begun(this);
                actual.onSubscribe(this);
            }
        }

        @Override
        public void onNext(T value) {
            actual.onNext(value);
        }

        @Override
        public void onError(Throwable error) {
            body.open.remove(this);
            actual.onError(error);
        }

        @Override
        public void onComplete() {
            body.open.remove(this);
            actual.onComplete();
        }

        @Override
        public void request(long n) {
            upstream().request(n);
        }

        @Override
        public void cancel() {
            body.open.remove(this);
            upstream().cancel();
        }

        private Subscription upstream() {
            return Objects.requireNonNull(upstream, "onSubscribe comes first");
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
            return key == Attr.RUN_STYLE ? Attr.RunStyle.SYNC : null;
        }
    }
}
