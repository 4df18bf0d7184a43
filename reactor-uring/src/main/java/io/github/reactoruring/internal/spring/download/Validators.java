package io.github.reactoruring.internal.spring.download;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.util.ClassUtils;

/**
 * Says what of a response tells whether a client's file is the one that is sent (RFC 9110, sections 8.8 and 13.1.5).
 *
 * <p>Whoever made ETag and Last-Modified had looked at a name, before the file was opened; under that name another may have
 * been put in between. Nobody can tell from the headers. But putting it there, or writing into it, is a change, so a file
 * that has not changed for a while is the one that they are of.
 *
 * @param headers the response's
 * @param changed when the file that was opened last changed: content, status or name
 * @param now the time
 */
record Validators(HttpHeaders headers, Instant changed, Instant now) {

    /** More than it takes from a look at the name to the opening, and than times are exact: a second, in HTTP. */
    private static final Duration AT_REST = Duration.ofSeconds(2);

    private static final boolean WEBFLUX = ClassUtils.isPresent(
            "org.springframework.web.reactive.resource.ResourceWebHandler", Validators.class.getClassLoader());

    /** Says whether a client that has some of the file may have the rest of it. */
    boolean allow(@Nullable String ifRange) {
        if (ifRange == null) {
            return true;
        }
        if (changed.plus(AT_REST).isAfter(now)) {
            return false;
        }
        String value = ifRange.trim();
        if (value.startsWith("\"")) {
            return value.equals(headers.getETag());
        }
        // A weak tag never is enough, and a date has to be the very one that was sent.
        return !value.startsWith("W/") && Objects.equals(value, headers.getFirst(HttpHeaders.LAST_MODIFIED))
                && isOver();
    }

    /** A file may be written twice in one second, and that second be the time of both. */
    private boolean isOver() {
        return headers.getLastModified() + AT_REST.toMillis() <= now.toEpochMilli();
    }

    /**
     * Makes the validators of a static resource those of the file that is sent: Spring takes Last-Modified from the name, and
     * an ETag from what has the name.
     */
    static void ofStaticResource(ServerHttpRequest request, HttpHeaders headers, Instant modified) {
        String ofName = headers.getFirst(HttpHeaders.LAST_MODIFIED);
        if (ofName != null && WEBFLUX && StaticResources.serve(request)) {
            headers.setLastModified(modified);
            if (!ofName.equals(headers.getFirst(HttpHeaders.LAST_MODIFIED))) {
                headers.remove(HttpHeaders.ETAG);
            }
        }
    }
}
