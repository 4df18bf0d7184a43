package io.github.reactoruring.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import org.springframework.web.util.DisconnectedClientHelper;

import io.netty.channel.Channel;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.Connection;

/**
 * Ends quietly an exchange that failed because its client is gone. Where a connection is reset in the middle of an upload,
 * the request's body fails with it, and Spring 7.0.8 logs that with a stack trace as a 500 that nobody gets.
 *
 * <p>Spring cannot know whose connection it was, since that to another server fails in the same way. This handler asks: it
 * takes only an error that looks like a lost connection, on Reactor Netty, if the connection of the exchange is closed.
 * Everything else is left to the handlers behind it. The error is logged at DEBUG, its stack trace at TRACE.
 */
public final class DisconnectedClientExceptionHandler implements WebExceptionHandler, Ordered {

    /** Before Spring Boot's handler, which has -1. */
    private static final int ORDER = -2;

    private final DisconnectedClientHelper helper = new DisconnectedClientHelper(
            DisconnectedClientExceptionHandler.class.getName());

    /** Makes a handler, to be a bean of the application. */
    public DisconnectedClientExceptionHandler() {
    }

    @Override
    public int getOrder() {
        return ORDER;
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable error) {
        if (!DisconnectedClientHelper.isClientDisconnectedException(error)
                || !(nativeRequest(exchange) instanceof Connection client)) {
            return Mono.error(error);
        }
        // Looked at once: when the exchange is over, Reactor Netty gives a channel that has no event loop.
        Channel channel = client.channel();
        if (!channel.isActive()) {
            return ended(exchange, error);
        }
        // The event loop tells of the error first and closes the connection then: after that it is seen closed.
        return Mono.<Void>defer(() -> channel.isActive() ? Mono.error(error) : ended(exchange, error))
                .subscribeOn(Schedulers.fromExecutor(channel.eventLoop()));
    }

    private static @Nullable Object nativeRequest(ServerWebExchange exchange) {
        try {
            return ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
        } catch (IllegalArgumentException | UnsupportedOperationException | IllegalStateException e) {
            // A mock's, or an application's own, which has none.
            return null;
        }
    }

    private Mono<Void> ended(ServerWebExchange exchange, Throwable error) {
        helper.checkAndLogClientDisconnectedException(error);
        ServerRequestObservationContext.findCurrent(exchange.getAttributes())
                .ifPresent(observation -> observation.setConnectionAborted(true));
        return Mono.empty();
    }
}
