package io.github.reactoruring.spring;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/** Builds the body of a multipart/form-data request, byte by byte. */
final class MultipartBody {

    /** The value of Content-Type. */
    static final String CONTENT_TYPE = "multipart/form-data; boundary=\"a-boundary\"";

    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    MultipartBody field(String name, String value) {
        return part(name, null, null, value.getBytes(StandardCharsets.UTF_8));
    }

    MultipartBody file(String name, String filename, byte[] content) {
        return part(name, filename, "application/octet-stream", content);
    }

    MultipartBody part(String name, @Nullable String filename, @Nullable String type, byte[] content) {
        append("--a-boundary\r\nContent-Disposition: form-data; name=\"" + name + '"'
                + (filename == null ? "" : "; filename=\"" + filename + '"') + "\r\n"
                + (type == null ? "" : "Content-Type: " + type + "\r\n") + "\r\n");
        body.writeBytes(content);
        return append("\r\n");
    }

    MultipartBody append(String text) {
        body.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    byte[] unfinished() {
        return body.toByteArray();
    }

    byte[] bytes() {
        return append("--a-boundary--\r\n").unfinished();
    }

    HttpRequest.Builder post(TestServer server, String path) {
        return server.request(path, "Content-Type", CONTENT_TYPE)
                .POST(HttpRequest.BodyPublishers.ofByteArray(bytes()));
    }
}
