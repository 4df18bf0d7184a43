package io.github.reactoruring.internal.spring.download;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpRange;
import org.springframework.http.server.reactive.ServerHttpRequest;

/** Decides which parts of a file a request is to get (RFC 9110, section 14). Pure, but for the headers it reads. */
public final class ByteRanges {

    /**
     * A part of the file.
     *
     * @param start its first byte
     * @param count how many bytes, 1 or more
     */
    public record Part(long start, long count) {

        /** Returns the value of Content-Range. */
        public String contentRange(long lengthBytes) {
            return "bytes " + start + '-' + (start + count - 1) + '/' + lengthBytes;
        }
    }

    private static final String UNIT = "bytes";
    private static final Pattern TOO_LARGE = Pattern.compile("0*[1-9][0-9]{18,}");
    private static final String LARGEST = "999999999999999999";

    private ByteRanges() {
    }

    /**
     * Returns what the request asks for.
     *
     * @param validators for If-Range: a file that has changed is sent whole, or may have
     * @return the parts; an empty list if none can be satisfied; null for the whole file
     */
    static @Nullable List<Part> requested(ServerHttpRequest request, Validators validators, long lengthBytes) {
        String header = request.getHeaders().getFirst(HttpHeaders.RANGE);
        if (header == null || request.getMethod() != HttpMethod.GET || isOfAnotherUnit(header)
                || !validators.allow(request.getHeaders().getFirst(HttpHeaders.IF_RANGE))) {
            return null;
        }
        try {
            return satisfiable(HttpRange.parseRanges(readable(header)), lengthBytes);
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }

    /** What a server does not know it has to ignore. */
    private static boolean isOfAnotherUnit(String header) {
        int end = header.indexOf('=');
        return end >= 0 && !header.substring(0, end).trim().equalsIgnoreCase(UNIT);
    }

    /** Writes the unit as Spring does, and numbers too large for a long as one larger than any file. */
    private static String readable(String header) {
        int end = header.indexOf('=');
        return end < 0 ? header : UNIT + '=' + TOO_LARGE.matcher(header.substring(end + 1)).replaceAll(LARGEST);
    }

    /** Returns the parts that are there. Several that come to more than the file are none: they would cost too much. */
    static List<Part> satisfiable(List<HttpRange> ranges, long lengthBytes) {
        List<Part> parts = new ArrayList<>(ranges.size());
        long total = 0;
        for (HttpRange range : ranges) {
            long start = range.getRangeStart(lengthBytes);
            long count = range.getRangeEnd(lengthBytes) - start + 1;
            if (start < lengthBytes && count > 0) {
                parts.add(new Part(start, count));
                total += count;
            }
        }
        return parts.size() > 1 && total > lengthBytes ? List.of() : parts;
    }
}
