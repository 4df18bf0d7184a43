package io.github.reactoruring.spring;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

import io.github.reactoruring.Uring;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Serves a directory in each of the ways WebFlux has: the application that the tests talk to. */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import({FileApplication.Files.class, UploadEndpoints.class})
class FileApplication {

    /** Where the files are. */
    static final String DIRECTORY = "test.directory";

    @Bean
    RouterFunction<ServerResponse> functional(@Value("${" + DIRECTORY + "}") Path directory) {
        return RouterFunctions.route()
                .route(RequestPredicates.path("/functional/{name}"), request -> ServerResponse.ok()
                        .bodyValue(new FileSystemResource(directory.resolve(request.pathVariable("name")))))
                .build();
    }

    /** The annotated endpoints. */
    @RestController
    static class Files {

        private final Path directory;
        private final @Nullable Uring uring;

        Files(@Value("${" + DIRECTORY + "}") Path directory, ObjectProvider<Uring> uring) {
            this.directory = directory;
            this.uring = uring.getIfAvailable();
        }

        @GetMapping("/annotated/{name}")
        Resource annotated(@PathVariable String name) {
            return new FileSystemResource(directory.resolve(name));
        }

        @GetMapping("/conditional/{name}")
        ResponseEntity<Resource> conditional(@PathVariable String name) {
            return ResponseEntity.ok().eTag("\"v1\"").lastModified(Instant.parse("2020-01-01T00:00:00Z"))
                    .body(new FileSystemResource(directory.resolve(name)));
        }

        @GetMapping("/refused/{name}")
        ResponseEntity<Resource> refused(@PathVariable String name) {
            return ResponseEntity.status(403).body(new FileSystemResource(directory.resolve(name)));
        }

        @GetMapping("/opaque/{name}")
        ResponseEntity<Resource> opaque(@PathVariable String name) {
            return ResponseEntity.ok().contentType(MediaType.APPLICATION_OCTET_STREAM)
                    .body(new FileSystemResource(directory.resolve(name)));
        }

        @GetMapping("/memory")
        Resource memory() {
            return new ByteArrayResource("in memory".getBytes());
        }

        @GetMapping("/jar")
        Resource jar() {
            return new ClassPathResource("org/springframework/core/io/Resource.class");
        }

        @GetMapping(value = "/flux/{name}", produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
        Flux<DataBuffer> flux(@PathVariable String name, ServerHttpResponse response) {
            DataBufferFactory buffers = response.bufferFactory();
            return UringDataBuffers.read(uring, directory.resolve(name), buffers, 65_536);
        }

        @PutMapping("/files/{name}")
        Mono<Void> store(@PathVariable String name, @RequestBody Flux<DataBuffer> body) {
            return UringDataBuffers.write(uring, body, directory.resolve(name));
        }

        /** Fails as if a server behind this one had ended the connection. */
        @GetMapping("/behind")
        Mono<String> behind() {
            return Mono.error(new IOException("Connection reset by peer"));
        }

        @GetMapping("/ping")
        String ping() {
            return "pong";
        }
    }
}
