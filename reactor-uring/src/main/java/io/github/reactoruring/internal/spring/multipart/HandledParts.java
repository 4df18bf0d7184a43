package io.github.reactoruring.internal.spring.multipart;

import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiFunction;

import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.codec.multipart.PartEvent;

import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/**
 * Hands the parts of a stream of events to a handler, one after the other, and emits what it makes of them.
 *
 * <p><b>Buffers:</b> of a part's content, belong to the handler; what it does not take is released.
 */
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
            Handling<T> current = inPart ? handling : null;
            inPart = !event.isLast();
            if (current == null) {
                begin(event);
            } else {
                current.content().offer(event.content(), event.isLast());
                drain();
            }
        }

        private void begin(PartEvent event) {
            Queue<DataBuffer> first = new ConcurrentLinkedQueue<>();
            first.add(event.content());
            Spill content = new Spill(first, event.isLast(), () -> upstream().request(1));
            Handling<T> begun = new Handling<>(this, content);
            handling = begun;
            Mono<T> result;
            try {
                result = Objects.requireNonNull(handler.apply(event, Flux.from(content)), "The handler returned null");
            } catch (Throwable t) {
                // What is thrown from here leaves the body of the request to nobody.
                result = Mono.error(t);
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
                current.content().fail(error);
            }
            drain();
        }

        @Override
        public void onComplete() {
            done = true;
            drain();
        }

        // ---- Towards the subscriber

        @Override
        boolean step() {
            // Looked at first: the last part has begun before the events are over.
            Throwable error = eventsError;
            boolean last = done;
            Handling<T> current = handling;
            if (current != null) {
                return current.isOver() && finish(current, error != null);
            }
            if (error != null || last) {
                end(error);
                return false;
            }
            return askForNext();
        }

        /** Returns whether the part is over, content and all. */
        private boolean finish(Handling<T> current, boolean contentEnds) {
            T result = current.takeResult();
            if (result != null) {
                emit(result);
            }
            if (!contentEnds && !current.content().isComplete()) {
                current.content().skip();
                return false;
            }
            current.content().cancel();
            handling = null;
            partIsOver();
            return true;
        }

        @Override
        void abandon() {
            Handling<T> current = handling;
            if (current != null) {
                current.cancel();
            }
        }

        @Override
        void discard() {
            Handling<T> current = handling;
            if (current != null) {
                current.content().cancel();
                Operators.onDiscard(current.takeResult(), currentContext());
            }
        }
    }
}
