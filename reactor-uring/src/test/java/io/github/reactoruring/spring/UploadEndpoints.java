package io.github.reactoruring.spring;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.codec.multipart.FilePart;
import org.springframework.http.codec.multipart.FilePartEvent;
import org.springframework.http.codec.multipart.FormFieldPart;
import org.springframework.http.codec.multipart.Part;
import org.springframework.http.codec.multipart.PartEvent;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.WriteOptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Takes uploads in each of the ways WebFlux has. */
@RestController
class UploadEndpoints {

    private static final WriteOptions NEW = WriteOptions.defaults().withCreation(WriteOptions.Creation.NEW)
            .withPartial(WriteOptions.Partial.DELETE);

    /** How many handlers have their parts, and hold them. */
    final AtomicInteger holding = new AtomicInteger();

    private final Path directory;
    private final @Nullable Uring uring;

    UploadEndpoints(@Value("${" + FileApplication.DIRECTORY + "}") Path directory, ObjectProvider<Uring> uring) {
        this.directory = directory;
        this.uring = uring.getIfAvailable();
    }

    /** Stores a body; nothing stays of one that is aborted, where there is a ring. */
    @PutMapping("/new/{name}")
    Mono<Void> raw(@PathVariable String name, @RequestBody Flux<DataBuffer> body) {
        return store(body, name);
    }

    /** Tells of each part, one a line. */
    @PostMapping("/multipart/collected")
    Mono<String> collected(ServerWebExchange exchange) {
        return exchange.getMultipartData()
                .flatMapIterable(parts -> parts.values().stream().flatMap(java.util.List::stream).toList())
                .concatMap(this::describe).collectList().map(lines -> String.join("\n", lines));
    }

    /** Tells of each part of a body that is a map, one a line; deletes none. */
    @PostMapping("/multipart/mapped")
    Mono<String> mapped(@RequestBody Mono<MultiValueMap<String, Part>> body) {
        return body.flatMapIterable(parts -> parts.values().stream().flatMap(java.util.List::stream).toList())
                .concatMap(this::describe).collectList().map(lines -> String.join("\n", lines));
    }

    /** Has the parts of a body that is a map, and never answers. */
    @PostMapping("/multipart/mapped-and-held")
    Mono<Void> mappedAndHeld(@RequestBody Mono<MultiValueMap<String, Part>> body) {
        return body.flatMap(parts -> Mono.<Void>never().doOnSubscribe(subscription -> holding.incrementAndGet())
                .doOnCancel(holding::decrementAndGet));
    }

    /** Tells of each part as it comes. */
    @PostMapping("/multipart/streamed")
    Mono<String> streamed(@RequestBody Flux<Part> parts) {
        return parts.concatMap(part -> Mono.usingWhen(Mono.just(part), this::describe, Part::delete))
                .doOnDiscard(Part.class, part -> part.delete().subscribe())
                .collectList().map(lines -> String.join("\n", lines));
    }

    /** Moves a part to a file, and reads it once more. */
    @PostMapping("/multipart/transferred/{name}")
    Mono<String> transferred(@PathVariable String name, @RequestPart("file") FilePart file) {
        return file.transferTo(directory.resolve(name)).then(describe(file));
    }

    /** Moves the parts of a request to two places each, the second time over the first. */
    @PostMapping("/multipart/twice/{name}")
    Mono<Void> twice(@PathVariable String name, @RequestPart("file") Flux<FilePart> files) {
        return files.concatMap(file -> file.transferTo(directory.resolve(name))
                .then(file.transferTo(directory.resolve(name + "-copy")))
                .then(file.transferTo(directory.resolve(name)))).then();
    }

    /** Deletes a part, twice, before the exchange is over. */
    @PostMapping("/multipart/deleted")
    Mono<String> deleted(@RequestPart("file") FilePart file) {
        return file.delete().then(file.delete().onErrorComplete()).then(describe(file))
                .onErrorResume(java.nio.file.NoSuchFileException.class, gone -> Mono.just("gone"));
    }

    /** Never answers. */
    @PostMapping("/multipart/held")
    Mono<Void> held(@RequestPart("file") FilePart file) {
        return Mono.<Void>never().doOnSubscribe(subscription -> holding.incrementAndGet())
                .doOnCancel(holding::decrementAndGet);
    }

    /** Stores each file as it comes, by its file name. */
    @PostMapping("/events")
    Mono<String> events(@RequestBody Flux<PartEvent> events) {
        return PartEvents.concatMap(events, (first, content) -> first instanceof FilePartEvent file
                ? store(content, file.filename()).thenReturn(file.filename())
                : Mono.just("field"))
                .collectList().map(names -> String.join("\n", names));
    }

    private Mono<Void> store(Flux<DataBuffer> content, String name) {
        Path path = directory.resolve(name);
        return uring == null
                ? DataBufferUtils.write(content, path)
                : UringDataBuffers.write(uring, content, path, NEW).then();
    }

    private Mono<String> describe(Part part) {
        String kind = part instanceof FormFieldPart field
                ? "field " + field.value()
                : part instanceof FilePart file ? "file " + file.filename() : "part";
        return part.content().reduce(sha256(), UploadEndpoints::update)
                .map(digest -> part.name() + " is " + kind + ", " + HexFormat.of().formatHex(digest.digest()));
    }

    static String sha256(byte[] content) {
        return HexFormat.of().formatHex(sha256().digest(content));
    }

    private static MessageDigest update(MessageDigest digest, DataBuffer buffer) {
        byte[] bytes = new byte[buffer.readableByteCount()];
        buffer.read(bytes);
        DataBufferUtils.release(buffer);
        digest.update(bytes);
        return digest;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
