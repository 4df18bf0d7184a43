package io.github.reactoruring.internal.source;

import java.util.function.BiFunction;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.EventLoop;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Mono;

/**
 * Submits one request for each subscriber.
 *
 * @param <T> the value's type
 */
public final class OneShotMono<T> extends Mono<T> implements Scannable {

    private final EventLoop loop;
    private final BiFunction<EventLoop, CoreSubscriber<? super T>, ? extends OneShot<T>> request;

    private OneShotMono(EventLoop loop,
            BiFunction<EventLoop, CoreSubscriber<? super T>, ? extends OneShot<T>> request) {
        this.loop = loop;
        this.request = request;
    }

    /** Makes a Mono whose requests {@code request} creates, one for each subscriber. */
    public static <T> Mono<T> create(EventLoop loop,
            BiFunction<EventLoop, CoreSubscriber<? super T>, ? extends OneShot<T>> request) {
        return onAssembly(new OneShotMono<>(loop, request));
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        actual.onSubscribe(request.apply(loop, actual));
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }
}
