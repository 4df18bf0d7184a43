package io.github.reactoruring.internal.spring;

import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.springframework.http.server.reactive.ServerHttpResponse;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

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

    private final Set<Subscription> open = ConcurrentHashMap.newKeySet();
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
        return Flux.defer(() -> {
            if (ended) {
                return Flux.error(new CancellationException("The writing of the response has ended"));
            }
            AtomicReference<@Nullable Subscription> reading = new AtomicReference<>();
            return Flux.<T>from(body).doOnSubscribe(subscription -> {
                reading.set(subscription);
                begun(subscription);
            }).doFinally(signal -> {
                Subscription over = reading.get();
                if (over != null) {
                    open.remove(over);
                }
            });
        });
    }

    private void begun(Subscription subscription) {
        open.add(subscription);
        if (ended) {
            subscription.cancel();
        }
    }

    private void end() {
        ended = true;
        open.forEach(Subscription::cancel);
    }
}
