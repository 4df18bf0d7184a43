package io.github.reactoruring.internal.spring.multipart;

import org.jspecify.annotations.Nullable;
import org.springframework.core.codec.DecodingException;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.http.codec.multipart.FormPartEvent;
import org.springframework.http.codec.multipart.PartEvent;

/**
 * Bounds what a multipart body may have, with the errors of Spring's own. Not left to Spring's operators, which lose
 * buffers when they fail.
 *
 * @param maxFormBytes the longest value of a form field, -1 for any
 * @param maxHeadersBytes the most headers of a part, which the parser itself holds to
 * @param maxParts how many parts there may be, 0 or less for any number
 * @param maxPartBytes the most content of a part that is no form field, -1 for any
 */
public record PartLimits(int maxFormBytes, int maxHeadersBytes, int maxParts, long maxPartBytes) {

    private static final int BOUNDARIES_BYTES = 1024;

    /** Begins to check a body. */
    Check start() {
        return new Check(this);
    }

    /** Follows one body; confined to the parser's signals. */
    static final class Check {

        private final PartLimits limits;
        private int parts;
        private long partBytes;
        private boolean inPart;
        private long silentBytes;
        private int largestSilent;

        Check(PartLimits limits) {
            this.limits = limits;
        }

        /**
         * Looks at what went into the parser since the last event came out. Of a file that can be no more than headers, one
         * buffer, and what may be a boundary; beyond that it is a form field, which is one event with its headers and those
         * of the next part.
         */
        @Nullable
        Throwable arriving(int bytes) {
            long held = silentBytes - largestSilent;
            silentBytes += bytes;
            largestSilent = Math.max(largestSilent, bytes);
            long most = limits.maxFormBytes + 2L * Math.max(0, limits.maxHeadersBytes) + BOUNDARIES_BYTES;
            return limits.maxFormBytes >= 0 && held > most ? formTooLong() : null;
        }

        @Nullable
        Throwable check(PartEvent event) {
            silentBytes = 0;
            largestSilent = 0;
            if (!inPart) {
                parts++;
                partBytes = 0;
            }
            inPart = !event.isLast();
            if (limits.maxParts > 0 && parts > limits.maxParts) {
                return new DecodingException("Too many parts (" + parts + "/" + limits.maxParts + " allowed)");
            }
            int bytes = event.content().readableByteCount();
            if (event instanceof FormPartEvent) {
                return limits.maxFormBytes >= 0 && bytes > limits.maxFormBytes ? formTooLong() : null;
            }
            partBytes += bytes;
            return limits.maxPartBytes >= 0 && partBytes > limits.maxPartBytes
                    ? new DataBufferLimitException("Part exceeded the limit of " + limits.maxPartBytes + " bytes")
                    : null;
        }

        private Throwable formTooLong() {
            return new DataBufferLimitException("Form field value exceeded the memory usage limit of "
                    + limits.maxFormBytes + " bytes");
        }
    }
}
