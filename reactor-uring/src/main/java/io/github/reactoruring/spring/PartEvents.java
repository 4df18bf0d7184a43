package io.github.reactoruring.spring;

import java.util.Objects;
import java.util.function.BiFunction;

import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.codec.multipart.PartEvent;

import io.github.reactoruring.internal.spring.multipart.HandledParts;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Takes a stream of {@link PartEvent}s apart. */
public final class PartEvents {

    private PartEvents() {
    }

    /**
     * Handles one part after the other, as {@code windowUntil} and {@code concatMap} do in Spring's documentation, which lose
     * buffers when a client leaves.
     *
     * <p><b>Demand:</b> a part is begun when a result is asked for; its content is read as the handler asks for it.
     *
     * <p><b>Cancellation, errors:</b> an error of the events fails the content of the part at hand, and then the result. A
     * cancel cancels the handler. What a handler has not taken of its part's content is released.
     *
     * <p><b>Buffers:</b> of the content, belong to the handler.
     *
     * @param handler gets the first event of a part, for its name and headers, and the content, for one subscriber, the
     *     first event's included
     * @return the handlers' results, in the order of the parts
     */
    public static <T> Flux<T> concatMap(Publisher<PartEvent> events,
            BiFunction<PartEvent, Flux<DataBuffer>, Mono<T>> handler) {
        return HandledParts.create(Flux.from(events), Objects.requireNonNull(handler, "handler"));
    }
}
