package io.github.reactoruring.internal.spring.multipart;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.codec.multipart.FilePart;
import org.springframework.http.codec.multipart.FilePartEvent;
import org.springframework.http.codec.multipart.FormFieldPart;
import org.springframework.http.codec.multipart.FormPartEvent;
import org.springframework.http.codec.multipart.Part;
import org.springframework.http.codec.multipart.PartEvent;

import io.github.reactoruring.internal.spring.OffRing;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Makes the parts of a multipart body: form fields, files, which have a file name, and others. */
final class UringParts {

    private UringParts() {
    }

    static Part formField(FormPartEvent event) {
        return new FormField(event.headers(), event.value());
    }

    /** Makes a part of the kind of {@code event}, one of its events. */
    static Part of(PartEvent event, PartContent content) {
        return event instanceof FilePartEvent
                ? new File(event.headers(), content)
                : new Other(event.headers(), content);
    }

    private static String name(HttpHeaders headers) {
        return required(headers.getContentDisposition().getName(), "name");
    }

    private static String required(@Nullable String value, String what) {
        if (value == null) {
            throw new IllegalStateException("No " + what + " available");
        }
        return value;
    }

    private record FormField(HttpHeaders headers, String value) implements FormFieldPart {

        @Override
        public String name() {
            return UringParts.name(headers);
        }

        @Override
        public Flux<DataBuffer> content() {
            MediaType type = headers.getContentType();
            Charset charset = type == null ? null : type.getCharset();
            byte[] bytes = value.getBytes(Objects.requireNonNullElse(charset, StandardCharsets.UTF_8));
            return Flux.defer(() -> Flux.just(DefaultDataBufferFactory.sharedInstance.wrap(bytes)));
        }
    }

    private record Other(HttpHeaders headers, PartContent stored) implements Part {

        @Override
        public String name() {
            return UringParts.name(headers);
        }

        @Override
        public Flux<DataBuffer> content() {
            return stored.read();
        }

        @Override
        public Mono<Void> delete() {
            return OffRing.end(stored.delete());
        }
    }

    private record File(HttpHeaders headers, PartContent stored) implements FilePart {

        @Override
        public String name() {
            return UringParts.name(headers);
        }

        @Override
        public String filename() {
            return required(headers.getContentDisposition().getFilename(), "filename");
        }

        @Override
        public Flux<DataBuffer> content() {
            return stored.read();
        }

        @Override
        public Mono<Void> transferTo(Path target) {
            return OffRing.end(stored.transferTo(target));
        }

        @Override
        public Mono<Void> delete() {
            return OffRing.end(stored.delete());
        }
    }
}
