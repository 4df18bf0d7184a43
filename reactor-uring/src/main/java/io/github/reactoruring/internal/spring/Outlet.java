package io.github.reactoruring.internal.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ReactiveHttpOutputMessage;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;

/** The connection that the body of a message leaves by, at last. */
interface Outlet {

    /** Says whether nothing waits there to be sent: whoever has the body's buffers then, it is not the connection. */
    boolean isIdle();

    /**
     * Runs {@code look} behind what the connection has to do already, after a while; false if it cannot any more.
     *
     * @param delayMillis how long a while, 0 for none
     */
    boolean later(Runnable look, long delayMillis);

    /** Returns the connection of {@code message}; null where there is none, or none that can be asked. */
    static @Nullable Outlet of(ReactiveHttpOutputMessage message) {
        Object nativeMessage = nativeMessage(message);
        return nativeMessage != null && Netty.PRESENT ? NettyOutlet.of(nativeMessage) : null;
    }

    /** Returns what the server or the client has for {@code message}, or null. */
    static @Nullable Object nativeMessage(ReactiveHttpOutputMessage message) {
        try {
            if (message instanceof ServerHttpResponse response) {
                return ServerHttpResponseDecorator.getNativeResponse(response);
            }
            return message instanceof ClientHttpRequest request ? request.getNativeRequest() : null;
        } catch (IllegalStateException | IllegalArgumentException | UnsupportedOperationException e) {
            // A mock's: there is no connection.
            return null;
        }
    }
}
