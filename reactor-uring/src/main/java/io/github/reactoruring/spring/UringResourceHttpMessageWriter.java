package io.github.reactoruring.spring;

import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.ResolvableType;
import org.springframework.core.io.Resource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.MediaTypeFactory;
import org.springframework.http.ReactiveHttpOutputMessage;
import org.springframework.http.client.reactive.AbstractClientHttpRequest;
import org.springframework.http.codec.ResourceHttpMessageWriter;
import org.springframework.http.server.reactive.AbstractServerHttpResponse;
import org.springframework.http.server.reactive.HttpHeadResponseDecorator;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ResponseStatusException;

import io.github.reactoruring.Uring;
import io.github.reactoruring.internal.spring.Coding;
import io.github.reactoruring.internal.spring.EndingResponse;
import io.github.reactoruring.internal.spring.LocalFiles;
import io.github.reactoruring.internal.spring.OffRing;
import io.github.reactoruring.internal.spring.ResponseBody;
import io.github.reactoruring.internal.spring.SecretNames;
import io.github.reactoruring.internal.spring.download.ByteRanges;
import io.github.reactoruring.internal.spring.download.FileBody;
import io.github.reactoruring.internal.spring.download.MultipartRanges;
import io.github.reactoruring.internal.spring.download.SentFile;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Writes a {@link Resource} that is a file on a disk through the ring: whole, or the parts that a Range header asks for.
 * Anything else goes to Spring's own writer, which this one extends.
 *
 * <p>The file is opened first, and asked for its size then: so the length announced and the bytes sent are of the same
 * file, whatever becomes of its name meanwhile. No event loop is held up for it, not even under TLS or compression. A body
 * that is read late, or once more, opens it again, and fails if it has another size by then.
 *
 * <p>Beyond Spring's: HEAD reads no content unless a filter wants to see it, If-Range is heeded, several ranges have a
 * Content-Length, and of several ranges those that can be satisfied are sent.
 *
 * <p><b>Demand:</b> no more than {@code maxInFlightBytes} of a response are in memory, whatever the server requests.
 *
 * <p><b>Cancellation:</b> a client that disconnects stops the reading; buffers and the descriptor are free as soon as the
 * kernel is done with them.
 *
 * <p><b>Threading:</b> any. Headers are written and {@code beforeCommit} actions run on a ring's thread, which must not be
 * blocked. The end is told on another.
 */
public class UringResourceHttpMessageWriter extends ResourceHttpMessageWriter {

    /** The size of a chunk: 64 KiB. */
    public static final int DEFAULT_CHUNK_BYTES = 64 * 1024;

    /** What a response has in memory at most: 512 KiB. */
    public static final int DEFAULT_MAX_IN_FLIGHT_BYTES = 512 * 1024;

    private final Uring uring;
    private final int chunkBytes;
    private final int maxInFlightBytes;
    private final SecretNames boundaries = new SecretNames();

    /** Writes in chunks of 64 KiB, with up to 512 KiB of a response in memory. */
    public UringResourceHttpMessageWriter(Uring uring) {
        this(uring, DEFAULT_CHUNK_BYTES, DEFAULT_MAX_IN_FLIGHT_BYTES);
    }

    /**
     * Writes in chunks of {@code chunkBytes}. A file or range that fits into one is read at once, and sent as one.
     *
     * @param maxInFlightBytes how much of a response is in memory at most; at least one chunk is
     */
    public UringResourceHttpMessageWriter(Uring uring, int chunkBytes, int maxInFlightBytes) {
        this.uring = Objects.requireNonNull(uring, "uring");
        if (chunkBytes < 1 || maxInFlightBytes < chunkBytes) {
            throw new IllegalArgumentException("chunkBytes must be 1 or more, and maxInFlightBytes no less, not "
                    + chunkBytes + " and " + maxInFlightBytes);
        }
        this.chunkBytes = chunkBytes;
        this.maxInFlightBytes = maxInFlightBytes;
    }

    @Override
    public Mono<Void> write(Publisher<? extends Resource> input, ResolvableType elementType,
            @Nullable MediaType mediaType, ReactiveHttpOutputMessage message, Map<String, Object> hints) {
        return OffRing.end(Mono.from(input).flatMap(resource -> withFile(resource,
                () -> super.write(Mono.just(resource), elementType, mediaType, message, hints),
                UringResourceHttpMessageWriter::noFile, file -> {
                    Publisher<DataBuffer> body = whole(file, resource, mediaType, message);
                    return body == null ? sendNothing(message) : message.writeWith(body);
                })));
    }

    @Override
    public Mono<Void> write(Publisher<? extends Resource> input, @Nullable ResolvableType actualType,
            ResolvableType elementType, @Nullable MediaType mediaType, ServerHttpRequest request,
            ServerHttpResponse response, Map<String, Object> hints) {
        return OffRing.end(Mono.from(input).flatMap(resource -> withFile(resource,
                () -> super.write(Mono.just(resource), actualType, elementType, mediaType, request, response, hints),
                path -> new ResponseStatusException(HttpStatus.NOT_FOUND, null, noFile(path)),
                file -> respond(file, resource, mediaType, request, response))));
    }

    /** To wait until somebody writes into a pipe, or to list a directory, is not what a resource is for. */
    private static Throwable noFile(Path path) {
        return new FileSystemException(path.toString(), null,
                "is a directory, a pipe or a device: only a file can be sent");
    }

    /** Sends an empty body; whoever stands between, a filter or a part of another body, sees that it is one. */
    private static Mono<Void> sendNothing(ReactiveHttpOutputMessage message) {
        return isBare(message) ? message.setComplete() : message.writeWith(Flux.empty());
    }

    /** Says whether nobody looks at the body on its way out. */
    private static boolean isBare(ReactiveHttpOutputMessage message) {
        ReactiveHttpOutputMessage bare = EndingResponse.bare(message);
        return bare instanceof AbstractServerHttpResponse || bare instanceof HttpHeadResponseDecorator
                || bare instanceof AbstractClientHttpRequest;
    }

    /** Writes what is in a filesystem by {@code write}, if it is a file, and anything else by other means. */
    private Mono<Void> withFile(Resource resource, Supplier<Mono<Void>> otherwise, Function<Path, Throwable> noFile,
            Function<SentFile, Mono<Void>> write) {
        Path path = LocalFiles.canUse(uring) ? LocalFiles.pathOf(resource) : null;
        if (path == null) {
            return Mono.defer(otherwise);
        }
        return uring.files().open(path).map(Optional::of)
                // The ring may fail just now.
                .onErrorResume(error -> !LocalFiles.canUse(uring), error -> Mono.just(Optional.empty()))
                .flatMap(opened -> opened.map(file -> use(new SentFile(uring, path, file), noFile, write))
                        .orElseGet(otherwise));
    }

    private static Mono<Void> use(SentFile file, Function<Path, Throwable> noFile,
            Function<SentFile, Mono<Void>> write) {
        return file.look()
                .flatMap(isFile -> isFile ? write.apply(file) : Mono.error(noFile.apply(file.path())))
                .doFinally(signal -> file.close());
    }

    private Mono<Void> respond(SentFile file, Resource resource, @Nullable MediaType mediaType,
            ServerHttpRequest request, ServerHttpResponse response) {
        Coding.noneThatIsCut(request, response);
        HttpHeaders headers = response.getHeaders();
        long length = file.sizeBytes();
        if (length == SentFile.UNKNOWN_SIZE) {
            return send(whole(file, resource, mediaType, response), response);
        }
        file.validate(request, headers);
        headers.set(HttpHeaders.ACCEPT_RANGES, "bytes");
        if (request.getMethod() == HttpMethod.HEAD && isBare(response)) {
            headers.setContentType(mediaType(mediaType, resource, headers));
            headers.setContentLength(length);
            return response.setComplete();
        }
        List<ByteRanges.Part> parts = isSuccess(response) ? file.requested(request, headers) : null;
        if (parts == null) {
            return send(whole(file, resource, mediaType, response), response);
        }
        if (parts.isEmpty()) {
            response.setStatusCode(HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE);
            headers.clearContentHeaders();
            headers.set(HttpHeaders.CONTENT_RANGE, "bytes */" + length);
            headers.setContentLength(0);
            return response.setComplete();
        }
        response.setStatusCode(HttpStatus.PARTIAL_CONTENT);
        Coding.none(request, response);
        return send(parts.size() == 1
                ? part(file, parts.get(0), resource, mediaType, response)
                : parts(file, parts, resource, mediaType, response), response);
    }

    private static Mono<Void> send(@Nullable Publisher<DataBuffer> content, ServerHttpResponse response) {
        if (content == null) {
            return sendNothing(response);
        }
        // What comes at once is released by the response, if it is not sent.
        return content instanceof Mono
                ? response.writeWith(content)
                : ResponseBody.write(response, body -> response.writeWith(body.watch(content)));
    }

    /** Ranges are of what there is, not of what a handler says about an error. */
    private static boolean isSuccess(ServerHttpResponse response) {
        return response.getStatusCode() == null || response.getStatusCode().isSameCodeAs(HttpStatus.OK);
    }

    // ---- Headers, and the body that goes with them; null for none

    private @Nullable Publisher<DataBuffer> whole(SentFile file, Resource resource, @Nullable MediaType mediaType,
            ReactiveHttpOutputMessage message) {
        HttpHeaders headers = message.getHeaders();
        headers.setContentType(mediaType(mediaType, resource, headers));
        if (file.sizeBytes() == SentFile.UNKNOWN_SIZE) {
            headers.remove(HttpHeaders.CONTENT_LENGTH);
            return body(file, message).ofAll();
        }
        headers.setContentLength(file.sizeBytes());
        return file.sizeBytes() == 0 ? null : body(file, message).of(0, file.sizeBytes());
    }

    private Publisher<DataBuffer> part(SentFile file, ByteRanges.Part part, Resource resource,
            @Nullable MediaType mediaType, ServerHttpResponse response) {
        HttpHeaders headers = response.getHeaders();
        headers.setContentType(mediaType(mediaType, resource, headers));
        headers.set(HttpHeaders.CONTENT_RANGE, part.contentRange(file.sizeBytes()));
        headers.setContentLength(part.count());
        return body(file, response).of(part.start(), part.count());
    }

    private Publisher<DataBuffer> parts(SentFile file, List<ByteRanges.Part> parts, Resource resource,
            @Nullable MediaType mediaType, ServerHttpResponse response) {
        HttpHeaders headers = response.getHeaders();
        MultipartRanges multipart = new MultipartRanges(boundaries.next(),
                mediaType(mediaType, resource, headers), file.sizeBytes());
        headers.setContentType(multipart.mediaType());
        headers.setContentLength(multipart.lengthOf(parts));
        return body(file, response).of(multipart, parts);
    }

    private FileBody body(SentFile file, ReactiveHttpOutputMessage message) {
        return new FileBody(file, message, chunkBytes, maxInFlightBytes);
    }

    private static MediaType mediaType(@Nullable MediaType chosen, Resource resource, HttpHeaders headers) {
        // Negotiated where nobody chose, octet-stream says that the type is not known; set by the application it is meant.
        boolean unknown = chosen == null || !chosen.isConcrete()
                || chosen.equals(MediaType.APPLICATION_OCTET_STREAM) && !chosen.equals(headers.getContentType());
        if (!unknown) {
            return Objects.requireNonNull(chosen);
        }
        return MediaTypeFactory.getMediaType(resource).orElse(MediaType.APPLICATION_OCTET_STREAM);
    }
}
