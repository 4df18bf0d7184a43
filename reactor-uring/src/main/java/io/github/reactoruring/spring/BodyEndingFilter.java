package io.github.reactoruring.spring;

import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

import io.github.reactoruring.internal.spring.EndingResponse;
import io.github.reactoruring.internal.spring.ResponseBody;
import reactor.core.publisher.Mono;

/**
 * Ends the body of every response with its exchange: where the exchange is cancelled, or fails, whatever is still read for
 * its response is cancelled. Spring (7.0.8) leaves some bodies subscribed whose client was gone early, for good: a log that
 * is followed, a timer, an open file.
 *
 * <p>What is cancelled is the server's subscription, behind all other filters: a body that one of those caches goes on as
 * ever.
 */
public final class BodyEndingFilter implements WebFilter, Ordered {

    /** Makes a filter, to be a bean of the application. */
    public BodyEndingFilter() {
    }

    /** Comes first, so that it is nearest to the server. */
    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        return ResponseBody.write(exchange.getResponse(), bodies -> chain.filter(exchange.mutate()
                .response(EndingResponse.of(exchange.getResponse(), bodies)).build()));
    }
}
