package io.github.reactoruring.samples.webflux;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.List;
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
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.TailOptions;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.spring.UringDataBuffers;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Lists, sends, stores and follows the files of the shared directory. */
@RestController
class FilesController {

    private final SharedDirectory directory;
    private final @Nullable Uring uring;

    FilesController(SharedDirectory directory, ObjectProvider<Uring> uring) {
        this.directory = directory;
        this.uring = uring.getIfAvailable();
    }

    @GetMapping("/api/files")
    Mono<List<SharedDirectory.Entry>> list() {
        return Mono.fromCallable(directory::list).subscribeOn(Schedulers.boundedElastic());
    }

    /** Always an attachment: a page that somebody has uploaded is not to run here. */
    @GetMapping("/files/{name}")
    Mono<ResponseEntity<Resource>> download(@PathVariable String name) {
        return existing(name).map(path -> ResponseEntity.ok()
                .header(HttpHeaders.CONTENT_DISPOSITION, ContentDisposition.attachment()
                        .filename(name, java.nio.charset.StandardCharsets.UTF_8).build().toString())
                .header("X-Content-Type-Options", "nosniff")
                .body(new FileSystemResource(path)));
    }

    /** Stores a new file; an upload that is aborted leaves nothing. */
    @PutMapping("/files/{name}")
    @ResponseStatus(HttpStatus.CREATED)
    Mono<Void> upload(@PathVariable String name, @RequestBody Flux<DataBuffer> body) {
        Path path = directory.named(name).orElseThrow(() -> new ResponseStatusException(HttpStatus.BAD_REQUEST));
        Mono<?> stored = uring == null
                ? UringDataBuffers.write(null, body, path, java.nio.file.StandardOpenOption.CREATE_NEW)
                : UringDataBuffers.write(uring, body, path, WriteOptions.defaults()
                        .withCreation(WriteOptions.Creation.NEW).withPartial(WriteOptions.Partial.DELETE));
        return stored.then().onErrorMap(FileAlreadyExistsException.class,
                e -> new ResponseStatusException(HttpStatus.CONFLICT, "There is a file of that name"));
    }

    /** Follows a text file line by line. A client that leaves ends it. */
    @GetMapping(value = "/api/follow/{name}", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<ServerSentEvent<String>> follow(@PathVariable String name) {
        Function<Path, Flux<String>> lines = path -> uring == null
                ? Flux.error(new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, "There is no io_uring here"))
                : uring.files().tailLines(path, TailOptions.fromStart());
        return existing(name).flatMapMany(lines).map(line -> ServerSentEvent.builder(line).build());
    }

    private Mono<Path> existing(String name) {
        return Mono.fromCallable(() -> directory.existing(name)
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND)))
                .subscribeOn(Schedulers.boundedElastic());
    }
}
