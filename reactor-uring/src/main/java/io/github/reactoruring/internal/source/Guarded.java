package io.github.reactoruring.internal.source;

import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Has a pipeline of several sources cancelled when its subscriber throws. The one that emits would end alone, and the
 * others wait for it: operators in between do not expect to be thrown through. Values that have to be freed are so, where
 * those operators lose them.
 *
 * @param <T> what is emitted
 */
public final class Guarded<T> extends Flux<T> implements Scannable {

    /** What {@code doOnDiscard} puts into the context under. */
    private static final Object DISCARD_HOOK = Operators.enableOnDiscard(Context.empty(), value -> {
    }).stream().iterator().next().getKey();

    private final Function<? super Handover<T>, ? extends Flux<? extends T>> pipeline;
    private final @Nullable Consumer<? super T> free;

    private Guarded(Function<? super Handover<T>, ? extends Flux<? extends T>> pipeline,
            @Nullable Consumer<? super T> free) {
        this.pipeline = pipeline;
        this.free = free;
    }

    /** Guards a pipeline of values that nobody has to free. */
    public static <T> Flux<T> create(Flux<? extends T> source) {
        return onAssembly(new Guarded<>(handover -> source, null));
    }

    /**
     * Guards a pipeline of values that have to be freed, made anew for each subscriber: it offers each of its values to the
     * handover, before any operator has it.
     */
    public static <T> Flux<T> handingOver(Consumer<? super T> free,
            Function<? super Handover<T>, ? extends Flux<? extends T>> pipeline) {
        return onAssembly(new Guarded<>(pipeline, free));
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        Handover<T> handover = free == null ? null : new Handover<>(free);
        pipeline.apply(handover).subscribe(new Guard<>(actual, handover));
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }

    private static final class Guard<T> implements CoreSubscriber<T>, Subscription, Scannable {

        private final CoreSubscriber<? super T> actual;
        private final @Nullable Handover<T> handover;
        private @Nullable Subscription upstream;
        private boolean gone;

        Guard(CoreSubscriber<? super T> actual, @Nullable Handover<T> handover) {
            this.actual = actual;
            this.handover = handover;
        }

        /** What the pipeline drops is the handover's to free, and not a hook's as well. */
        @Override
        public Context currentContext() {
            Context context = actual.currentContext();
            return handover == null ? context : context.delete(DISCARD_HOOK);
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
            if (handover != null && !handover.take(value)) {
                return;
            }
            if (gone) {
                Operators.onDiscard(value, currentContext());
            } else if (!Signals.next(actual, value)) {
                gone = true;
                cancel();
            }
        }

        @Override
        public void onError(Throwable cause) {
            endHandover();
            if (gone) {
                Operators.onErrorDropped(cause, currentContext());
            } else {
                Signals.error(actual, cause);
            }
        }

        @Override
        public void onComplete() {
            endHandover();
            if (!gone) {
                Signals.complete(actual);
            }
        }

        private void endHandover() {
            if (handover != null) {
                handover.end();
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
            endHandover();
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
