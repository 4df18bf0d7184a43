package io.github.reactoruring.spring;

import org.springframework.core.Ordered;
import org.springframework.http.codec.multipart.Part;
import org.springframework.util.MultiValueMap;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebExchangeDecorator;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

import io.github.reactoruring.internal.spring.multipart.ExchangeParts;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Deletes the parts of an exchange whose client has left before it was over. Spring deletes them when the handler is done,
 * but not when it is cancelled (7.0.8): their temporary files stay then.
 *
 * <p>At the end of an exchange, whatever it is, it deletes what a {@link DeletingMultipartHttpMessageReader} has collected.
 */
public final class MultipartCleanupFilter implements WebFilter, Ordered {

    /** Makes a filter, to be a bean of the application. */
    public MultipartCleanupFilter() {
    }

    /** Comes first, so that whoever asks for the parts asks through it. */
    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        Watched watched = new Watched(exchange);
        return Mono.defer(() -> {
            ExchangeParts collected = new ExchangeParts();
            return chain.filter(watched).doOnCancel(watched::deleteParts)
                    .doFinally(signal -> collected.delete()).contextWrite(collected::in);
        });
    }

    private static final class Watched extends ServerWebExchangeDecorator {

        private final Mono<MultiValueMap<String, Part>> parts;
        private volatile boolean read;

        Watched(ServerWebExchange exchange) {
            super(exchange);
            parts = exchange.getMultipartData().doOnSubscribe(subscription -> read = true);
        }

        @Override
        public Mono<MultiValueMap<String, Part>> getMultipartData() {
            return parts;
        }

        /** Waits for them, if they are being read: the exchange keeps what it has read. */
        void deleteParts() {
            if (read) {
                parts.flatMapMany(map -> Flux.fromIterable(map.values()).flatMapIterable(list -> list))
                        .flatMap(part -> part.delete().onErrorComplete())
                        .onErrorComplete()
                        .subscribe();
            }
        }
    }
}
