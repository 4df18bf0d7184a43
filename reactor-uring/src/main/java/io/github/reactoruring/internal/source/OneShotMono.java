package io.github.reactoruring.internal.source;

import java.util.function.BiFunction;
import java.util.function.Supplier;

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

    private final Supplier<EventLoop> loops;
    private final BiFunction<EventLoop, CoreSubscriber<? super T>, ? extends OneShot<T>> request;

    private OneShotMono(Supplier<EventLoop> loops,
            BiFunction<EventLoop, CoreSubscriber<? super T>, ? extends OneShot<T>> request) {
        this.loops = loops;
        this.request = request;
    }

    /** Makes a Mono whose requests {@code request} creates, one for each subscriber, on the ring that is chosen for it. */
    public static <T> Mono<T> create(Supplier<EventLoop> loops,
            BiFunction<EventLoop, CoreSubscriber<? super T>, ? extends OneShot<T>> request) {
        return onAssembly(new OneShotMono<>(loops, request));
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        actual.onSubscribe(request.apply(loops.get(), actual));
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }
}
