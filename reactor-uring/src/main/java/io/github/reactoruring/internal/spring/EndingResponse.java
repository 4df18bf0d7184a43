package io.github.reactoruring.internal.spring;

import java.nio.file.Path;

import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.ReactiveHttpOutputMessage;
import org.springframework.http.ZeroCopyHttpOutputMessage;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;

import reactor.core.Fuseable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Remembers the bodies that a server's response reads, so that they end with its exchange.
 *
 * <p>Does nothing else: whoever sends files without a copy still can, and {@link #bare} finds what is beneath.
 */
public class EndingResponse extends ServerHttpResponseDecorator {

    private final ResponseBody bodies;

    private EndingResponse(ServerHttpResponse response, ResponseBody bodies) {
        super(response);
        this.bodies = bodies;
    }

    /** Makes a response as {@code response} is, whose bodies go through {@code bodies}. */
    public static ServerHttpResponse of(ServerHttpResponse response, ResponseBody bodies) {
        return response instanceof ZeroCopyHttpOutputMessage zeroCopy
                ? new ZeroCopy(response, zeroCopy, bodies)
                : new EndingResponse(response, bodies);
    }

    /** Returns what {@code message} is without this decoration. */
    public static ReactiveHttpOutputMessage bare(ReactiveHttpOutputMessage message) {
        return message instanceof EndingResponse ending ? ending.getDelegate() : message;
    }

    /** A Mono is left as it is: Spring waits for its value by operators that pass a cancel on. */
    @Override
    public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
        return super.writeWith(body instanceof Mono ? body : bodies.watch(body));
    }

    @Override
    public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
        return super.writeAndFlushWith(bodies.watch(Flux.from(body).map(this::watched)));
    }

    private Publisher<? extends DataBuffer> watched(Publisher<? extends DataBuffer> inner) {
        return inner instanceof Fuseable.ScalarCallable ? inner : bodies.watch(inner);
    }

    private static final class ZeroCopy extends EndingResponse implements ZeroCopyHttpOutputMessage {

        private final ZeroCopyHttpOutputMessage response;

        ZeroCopy(ServerHttpResponse response, ZeroCopyHttpOutputMessage zeroCopy, ResponseBody bodies) {
            super(response, bodies);
            this.response = zeroCopy;
        }

        @Override
        public Mono<Void> writeWith(Path file, long position, long count) {
            return response.writeWith(file, position, count);
        }
    }
}
