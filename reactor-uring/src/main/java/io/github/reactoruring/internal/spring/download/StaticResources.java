package io.github.reactoruring.internal.spring.download;

import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.reactive.resource.ResourceWebHandler;

/** Knows Spring's handler of static resources. Loaded only where WebFlux is. */
final class StaticResources {

    private StaticResources() {
    }

    /** Says whether they answer the request. */
    static boolean serve(ServerHttpRequest request) {
        return request.getAttributes()
                .get(HandlerMapping.BEST_MATCHING_HANDLER_ATTRIBUTE) instanceof ResourceWebHandler handler
                && handler.isUseLastModified();
    }
}
