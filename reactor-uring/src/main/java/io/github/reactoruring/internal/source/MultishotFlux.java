package io.github.reactoruring.internal.source;

import java.util.function.Function;
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

    private final Supplier<EventLoop> loops;
    private final Function<EventLoop, ? extends MultishotOperation<T>> operation;

    private MultishotFlux(Supplier<EventLoop> loops, Function<EventLoop, ? extends MultishotOperation<T>> operation) {
        this.loops = loops;
        this.operation = operation;
    }

    /** Makes a Flux of the values of {@code operation}, called once for each subscriber, on the ring chosen for it. */
    public static <T> Flux<T> create(Supplier<EventLoop> loops,
            Function<EventLoop, ? extends MultishotOperation<T>> operation) {
        return onAssembly(new MultishotFlux<>(loops, operation));
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        EventLoop loop = loops.get();
        actual.onSubscribe(new Multishot<>(loop, actual, operation.apply(loop)));
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }
}
