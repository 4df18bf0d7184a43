package io.github.reactoruring.internal.source;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.EventLoop;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;

/**
 * Arms one multishot request for each subscriber.
 *
 * @param <T> the values' type
 */
public final class MultishotFlux<T> extends Flux<T> implements Scannable {

    private final EventLoop loop;
    private final Supplier<? extends MultishotOperation<T>> operation;

    private MultishotFlux(EventLoop loop, Supplier<? extends MultishotOperation<T>> operation) {
        this.loop = loop;
        this.operation = operation;
    }

    /** Makes a Flux of the values of {@code operation}, called once for each subscriber. */
    public static <T> Flux<T> create(EventLoop loop, Supplier<? extends MultishotOperation<T>> operation) {
        return onAssembly(new MultishotFlux<>(loop, operation));
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        actual.onSubscribe(new Multishot<>(loop, actual, operation.get()));
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }
}
