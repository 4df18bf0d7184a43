package io.github.reactoruring.samples.webflux;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.FileNames;
import io.github.reactoruring.file.TailOptions;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.spring.UringDataBuffers;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Lists, sends, stores and follows the files of the shared directory. */
@RestController
class FilesController {

    /** Of a longer log only the new lines are sent: nobody reads the others in a browser. */
    private static final long LONG_LOG_BYTES = 1024 * 1024;

    private final SharedDirectory directory;
    private final @Nullable Uring uring;

    FilesController(SharedDirectory directory, ObjectProvider<Uring> uring) {
        this.directory = directory;
        this.uring = uring.getIfAvailable();
    }

    /** A line of a log. As JSON: the text of a server-sent event would lose its leading space. */
    record Line(String text) {
    }

    @GetMapping("/api/files/{*names}")
    Mono<List<SharedDirectory.Entry>> list(ServerHttpRequest request) {
        return onDisk(() -> directory.list(names(request, 2)), HttpStatus.NOT_FOUND);
    }

    /** Always an attachment: a page that somebody has uploaded is not to run here. */
    @GetMapping("/files/{*names}")
    Mono<ResponseEntity<Resource>> download(ServerHttpRequest request) {
        return existing(names(request, 1)).map(path -> ResponseEntity.ok()
                .header(HttpHeaders.CONTENT_DISPOSITION, ContentDisposition.attachment()
                        .filename(FileNames.text(path.getFileName()), StandardCharsets.UTF_8).build().toString())
                .header("X-Content-Type-Options", "nosniff")
                .body(new FileSystemResource(path)));
    }

    /** Stores a new file, even an empty one; an upload that is aborted leaves nothing. */
    @PutMapping("/files/{*names}")
    @ResponseStatus(HttpStatus.CREATED)
    Mono<Void> upload(ServerHttpRequest request, @RequestBody(required = false) Flux<DataBuffer> body) {
        return onDisk(() -> directory.named(names(request, 1)), HttpStatus.BAD_REQUEST)
                .flatMap(path -> store(body, path))
                .onErrorMap(FileAlreadyExistsException.class,
                        e -> new ResponseStatusException(HttpStatus.CONFLICT, "There is a file of that name"));
    }

    private Mono<Void> store(Flux<DataBuffer> body, Path path) {
        return uring == null
                ? UringDataBuffers.write(null, body, path, StandardOpenOption.CREATE_NEW).then()
                : UringDataBuffers.write(uring, body, path, WriteOptions.defaults()
                        .withCreation(WriteOptions.Creation.NEW).withPartial(WriteOptions.Partial.DELETE)).then();
    }

    /** Follows a text file line by line, after an event that tells from where. A client that leaves ends it. */
    @GetMapping(value = "/api/follow/{*names}", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<ServerSentEvent<Line>> follow(ServerHttpRequest request) {
        if (uring == null) {
            throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, "There is no io_uring here");
        }
        Function<Path, Flux<ServerSentEvent<Line>>> events = path -> {
            boolean isLong = path.toFile().length() > LONG_LOG_BYTES;
            return uring.files().tailLines(path, isLong ? TailOptions.fromEnd() : TailOptions.fromStart())
                    .map(line -> ServerSentEvent.builder(new Line(line)).build())
                    .onErrorResume(CharacterCodingException.class,
                            e -> Flux.just(event("failed", "It is no UTF-8 text.")))
                    .startWith(event("began", isLong ? "From now on: it is too long to show from its start." : ""));
        };
        return existing(names(request, 2)).flatMapMany(events);
    }

    private static ServerSentEvent<Line> event(String name, String text) {
        return ServerSentEvent.builder(new Line(text)).event(name).build();
    }

    private Mono<Path> existing(List<String> names) {
        return onDisk(() -> directory.file(names), HttpStatus.NOT_FOUND);
    }

    private static <T> Mono<T> onDisk(Callable<Optional<T>> look, HttpStatus otherwise) {
        return Mono.fromCallable(look).subscribeOn(Schedulers.boundedElastic())
                .map(found -> found.orElseThrow(() -> new ResponseStatusException(otherwise)));
    }

    /** Returns the segments behind the first ones, each decoded by itself: a slash in a name is none between names. */
    private static List<String> names(ServerHttpRequest request, int skipped) {
        List<PathContainer.Element> elements = request.getPath().pathWithinApplication().elements();
        List<String> segments = elements.stream().filter(PathContainer.PathSegment.class::isInstance)
                .map(segment -> ((PathContainer.PathSegment) segment).valueToMatch()).toList();
        if (elements.size() != 2 * segments.size()) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        return segments.subList(skipped, segments.size());
    }
}
