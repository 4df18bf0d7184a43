package io.github.reactoruring.spring;

import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.HttpHandlerDecoratorFactory;

import io.github.reactoruring.internal.spring.WholeRequest;

/**
 * Has the body of a request fail that ends before it is whole, with an {@link java.io.EOFException}. Reactor Netty
 * (1.3.6) completes the bodies that are still coming when it is stopped, so that a cut file would count as a whole one:
 * a write of it would succeed, and {@link io.github.reactoruring.file.WriteOptions.Partial#DELETE} would delete
 * nothing.
 *
 * <p>A body with a Content-Length is whole with as many bytes, on every server. Of one without, Reactor Netty is asked
 * whether it gave the rest up; the other servers' own errors tell.
 *
 * <p>A bean of this type is found by {@link org.springframework.web.server.adapter.WebHttpHandlerBuilder}.
 */
public final class WholeBodyDecorator implements HttpHandlerDecoratorFactory {

    /** Makes a decorator, to be a bean of the application. */
    public WholeBodyDecorator() {
    }

    @Override
    public HttpHandler apply(HttpHandler handler) {
        return (request, response) -> handler.handle(WholeRequest.of(request), response);
    }
}
