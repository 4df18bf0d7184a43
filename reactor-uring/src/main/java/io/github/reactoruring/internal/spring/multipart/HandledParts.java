package io.github.reactoruring.internal.spring.multipart;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.codec.multipart.PartEvent;

import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** Hands the parts of a stream of events to a handler, one after the other. */
public final class HandledParts<T> extends Flux<T> implements Scannable {

    private final Flux<PartEvent> events;
    private final BiFunction<PartEvent, Flux<DataBuffer>, Mono<T>> handler;

    private HandledParts(Flux<PartEvent> events, BiFunction<PartEvent, Flux<DataBuffer>, Mono<T>> handler) {
        this.events = events;
        this.handler = handler;
    }

    public static <T> Flux<T> create(Flux<PartEvent> events,
            BiFunction<PartEvent, Flux<DataBuffer>, Mono<T>> handler) {
        return onAssembly(new HandledParts<>(events, handler));
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        events.subscribe(new Parts<>(actual, handler));
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.RUN_STYLE ? Attr.RunStyle.SYNC : null;
    }

    private static final class Parts<T> extends EachPart<T> {

        private final BiFunction<PartEvent, Flux<DataBuffer>, Mono<T>> handler;
        private volatile @Nullable Throwable eventsError;
        private volatile @Nullable Handling<T> handling;
        private volatile boolean done;
        private boolean inPart;

        Parts(CoreSubscriber<? super T> actual, BiFunction<PartEvent, Flux<DataBuffer>, Mono<T>> handler) {
            super(actual);
            this.handler = handler;
        }

        // ---- From the events

        @Override
        public void onNext(PartEvent event) {
            Handling<T> current = handling;
            boolean last = event.isLast();
            if (inPart && current != null) {
                current.content.offer(event.content(), last);
                inPart = !last;
                drain();
            } else {
                inPart = !last;
                begin(event, last);
            }
        }

        private void begin(PartEvent event, boolean last) {
            Queue<DataBuffer> first = new ConcurrentLinkedQueue<>();
            first.add(event.content());
            Handling<T> begun = new Handling<>(this, new Spill(first, last, () -> upstream().request(1)));
            handling = begun;
            Mono<T> result;
            try {
                result = handler.apply(event, Flux.from(begun.content));
            } catch (RuntimeException e) {
                result = Mono.error(e);
            }
            result.subscribe(begun);
            if (isCancelled()) {
                begun.cancel();
            }
        }

        @Override
        public void onError(Throwable error) {
            eventsError = error;
            Handling<T> current = handling;
            if (current != null) {
                current.content.fail(error);
            }
            drain();
        }

        @Override
        public void onComplete() {
            done = true;
            drain();
        }

        // ---- From the handlers

        private void failed(Throwable error) {
            upstream().cancel();
            fail(error);
        }

        // ---- Towards the subscriber

        @Override
        void abandon() {
            Handling<T> current = handling;
            if (current != null) {
                current.cancel();
            }
        }

        @Override
        boolean step() {
            Throwable error = eventsError;
            boolean last = done;
            Handling<T> current = handling;
            if (current != null) {
                return current.over && finish(current, error != null);
            }
            if (error != null || last) {
                end(error);
                return false;
            }
            return askForNext();
        }

        /** Returns whether the part is over, content and all. */
        private boolean finish(Handling<T> current, boolean contentEnds) {
            T value = current.takeValue();
            if (value != null) {
                emit(value);
            }
            if (!contentEnds && !current.content.isComplete()) {
                current.content.skip();
                return false;
            }
            current.content.cancel();
            handling = null;
            partIsOver();
            return true;
        }

        @Override
        void discard() {
            Handling<T> current = handling;
            if (current != null) {
                current.content.cancel();
                Operators.onDiscard(current.takeValue(), currentContext());
            }
        }
    }

    /** Waits for what a handler makes of a part. */
    private static final class Handling<T> implements CoreSubscriber<T> {

        private final Parts<T> parts;
        private final Spill content;
        private final AtomicReference<@Nullable T> value = new AtomicReference<>();
        private volatile @Nullable Subscription upstream;
        private volatile boolean cancelled;
        private volatile boolean over;

        Handling(Parts<T> parts, Spill content) {
            this.parts = parts;
            this.content = content;
        }

        @Nullable
        T takeValue() {
            return value.getAndSet(null);
        }

        void cancel() {
            cancelled = true;
            Subscription subscription = upstream;
            if (subscription != null) {
                subscription.cancel();
            }
            content.cancel();
        }

        @Override
        public Context currentContext() {
            return parts.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            if (Operators.validate(upstream, subscription)) {
                upstream = subscription;
                subscription.request(Long.MAX_VALUE);
                if (cancelled) {
                    subscription.cancel();
                }
            }
        }

        @Override
        public void onNext(T result) {
            value.set(result);
        }

        @Override
        public void onError(Throwable error) {
            content.cancel();
            parts.failed(error);
        }

        @Override
        public void onComplete() {
            over = true;
            parts.drain();
        }
    }
}
