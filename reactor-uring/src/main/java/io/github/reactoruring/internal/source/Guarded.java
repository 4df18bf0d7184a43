package io.github.reactoruring.internal.source;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Has a pipeline of several sources cancelled when its subscriber throws. The one that emits would end alone, and the
 * others wait for it: operators in between do not expect to be thrown through.
 *
 * @param <T> what is emitted
 */
public final class Guarded<T> extends FluxOperator<T, T> {

    private Guarded(Flux<? extends T> source) {
        super(source);
    }

    public static <T> Flux<T> create(Flux<? extends T> source) {
        return onAssembly(new Guarded<>(source));
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        source.subscribe(new Guard<>(actual));
    }

    private static final class Guard<T> implements CoreSubscriber<T>, Subscription, Scannable {

        private final CoreSubscriber<? super T> actual;
        private @Nullable Subscription upstream;
        private boolean gone;

        Guard(CoreSubscriber<? super T> actual) {
            this.actual = actual;
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
        public void onNext(T value) {
            if (gone) {
                Operators.onDiscard(value, currentContext());
            } else if (!Signals.next(actual, value)) {
                gone = true;
                cancel();
            }
        }

        @Override
        public void onError(Throwable cause) {
            if (gone) {
                Operators.onErrorDropped(cause, currentContext());
            } else {
                Signals.error(actual, cause);
            }
        }

        @Override
        public void onComplete() {
            if (!gone) {
                Signals.complete(actual);
            }
        }

        @Override
        public void request(long n) {
            Subscription source = upstream;
            if (source != null) {
                source.request(n);
            }
        }

        @Override
        public void cancel() {
            Subscription source = upstream;
            if (source != null) {
                source.cancel();
            }
        }

        @Override
        @SuppressWarnings("rawtypes")
        public @Nullable Object scanUnsafe(Attr key) {
            if (key == Attr.ACTUAL) {
                return actual;
            }
            return key == Attr.PARENT ? upstream : null;
        }
    }
}
