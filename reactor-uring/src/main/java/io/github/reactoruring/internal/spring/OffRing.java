package io.github.reactoruring.internal.spring;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

import io.github.reactoruring.internal.engine.LoopThread;
import io.github.reactoruring.internal.source.Elsewhere;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;
import reactor.util.context.Context;

/**
 * Has the code of applications run elsewhere than on a ring's thread, which serves everybody: on
 * {@code Schedulers.boundedElastic()}, where Spring has what follows its own reading and writing of files. What is on another
 * thread already, an event loop's say, stays there.
 */
public final class OffRing {

    private OffRing() {
    }

    /** Runs {@code task}, here or elsewhere; here, too, where there is nowhere else. */
    public static void run(Runnable task) {
        if (Thread.currentThread() instanceof LoopThread) {
            try {
                Elsewhere.run(task);
                return;
            } catch (Throwable t) {
                // It takes no more, or a hook threw. Whoever waits for the task would wait for ever.
            }
        }
        task.run();
    }

    /** Makes a Mono whose end is told elsewhere than on a ring's thread. */
    public static Mono<Void> end(Mono<Void> source) {
        return End.create(source);
    }

    private static final class End extends MonoOperator<Void, Void> {

        private End(Mono<Void> source) {
            super(source);
        }

        static Mono<Void> create(Mono<Void> source) {
            return onAssembly(new End(source));
        }

        @Override
        public void subscribe(CoreSubscriber<? super Void> actual) {
            source.subscribe(new Telling(actual));
        }

        @Override
        @SuppressWarnings("rawtypes")
        public @Nullable Object scanUnsafe(Attr key) {
            return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : super.scanUnsafe(key);
        }
    }

    /** Subscription and demand are the source's own. */
    private static final class Telling implements CoreSubscriber<Void> {

        private final CoreSubscriber<? super Void> actual;

        Telling(CoreSubscriber<? super Void> actual) {
            this.actual = actual;
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            actual.onSubscribe(subscription);
        }

        @Override
        public void onNext(Void value) {
            // There is none.
        }

        @Override
        public void onError(Throwable error) {
            run(() -> actual.onError(error));
        }

        @Override
        public void onComplete() {
            run(actual::onComplete);
        }
    }
}
