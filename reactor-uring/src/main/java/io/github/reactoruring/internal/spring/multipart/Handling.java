package io.github.reactoruring.internal.spring.multipart;

import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Waits for what a handler makes of one part, whose content it gets.
 *
 * <p><b>Threads:</b> any.
 */
final class Handling<T> implements CoreSubscriber<T> {

    private final EachPart<T> parts;
    private final Spill content;
    private final AtomicReference<@Nullable T> result = new AtomicReference<>();
    private final Operators.DeferredSubscription upstream = new Operators.DeferredSubscription();
    private volatile boolean over;

    Handling(EachPart<T> parts, Spill content) {
        this.parts = parts;
        this.content = content;
    }

    Spill content() {
        return content;
    }

    /** Says whether the handler is done, with a result or without. */
    boolean isOver() {
        return over;
    }

    /** Returns the result for once, null if there is none. */
    @Nullable
    T takeResult() {
        return result.getAndSet(null);
    }

    void cancel() {
        upstream.cancel();
        content.cancel();
    }

    @Override
    public Context currentContext() {
        return parts.currentContext();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        if (upstream.set(subscription)) {
            subscription.request(Long.MAX_VALUE);
        }
    }

    @Override
    public void onNext(T value) {
        result.set(value);
    }

    @Override
    public void onError(Throwable error) {
        content.cancel();
        parts.abort(error);
    }

    @Override
    public void onComplete() {
        over = true;
        parts.drain();
    }
}
