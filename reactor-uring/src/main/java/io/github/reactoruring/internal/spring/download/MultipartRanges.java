package io.github.reactoruring.internal.spring.download;

import java.nio.charset.StandardCharsets;
import java.util.List;

import org.springframework.http.MediaType;

/**
 * Frames several ranges as one body (RFC 9110, section 14.6).
 *
 * @param boundary what stands between the parts, which does not occur in them
 * @param partType the media type of each part
 * @param fileBytes the length of the file they are parts of
 */
public record MultipartRanges(String boundary, MediaType partType, long fileBytes) {

    public MediaType mediaType() {
        return MediaType.parseMediaType("multipart/byteranges;boundary=" + boundary);
    }

    byte[] head(ByteRanges.Part part) {
        return ascii("\r\n--" + boundary + "\r\nContent-Type: " + partType + "\r\nContent-Range: "
                + part.contentRange(fileBytes) + "\r\n\r\n");
    }

    byte[] tail() {
        return ascii("\r\n--" + boundary + "--");
    }

    public long lengthOf(List<ByteRanges.Part> parts) {
        return tail().length + parts.stream().mapToLong(part -> head(part).length + part.count()).sum();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
