package io.github.reactoruring.internal.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.ClassUtils;

/**
 * Keeps a server from coding on the fly (gzip) what must arrive as it is. What the application says of a file's own coding
 * stays.
 *
 * <p>Reactor Netty is told by its own means. Jetty and Tomcat leave alone what has a Content-Encoding, be it
 * {@code identity}, which says what is true, though it need not be said (RFC 9110, 8.4.1): so it is, to clients only that
 * would have taken another.
 */
public final class Coding {

    private static final String IDENTITY = "identity";
    private static final @Nullable Class<?> JETTY_CORE = find("org.eclipse.jetty.server.Response");

    private Coding() {
    }

    /** Has a part of a file sent as it is: a range counts the bytes of the file, not those of a coding. */
    public static void none(ServerHttpRequest request, ServerHttpResponse response) {
        if (!response.getHeaders().containsHeader(HttpHeaders.CONTENT_ENCODING)
                && !(Netty.PRESENT && NettyOutlet.sendsUncoded(Outlet.nativeMessage(response)))) {
            say(request, response);
        }
    }

    /**
     * Has a body sent as it is where a coding would lose its end: on Jetty without servlets. Spring (7.0.8) does not say to
     * it which write is the last, and its CompressionHandler (12.1) then never flushes what it has, without an error.
     */
    public static void noneThatIsCut(ServerHttpRequest request, ServerHttpResponse response) {
        if (JETTY_CORE != null && !response.getHeaders().containsHeader(HttpHeaders.CONTENT_ENCODING)
                && JETTY_CORE.isInstance(Outlet.nativeMessage(response))) {
            say(request, response);
        }
    }

    private static void say(ServerHttpRequest request, ServerHttpResponse response) {
        if (request.getHeaders().containsHeader(HttpHeaders.ACCEPT_ENCODING)) {
            response.getHeaders().set(HttpHeaders.CONTENT_ENCODING, IDENTITY);
        }
    }

    private static @Nullable Class<?> find(String name) {
        try {
            return ClassUtils.forName(name, Coding.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            return null;
        }
    }
}
