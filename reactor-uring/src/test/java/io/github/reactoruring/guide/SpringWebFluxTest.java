package io.github.reactoruring.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.MediaType;
import org.springframework.http.codec.multipart.FilePart;
import org.springframework.http.codec.multipart.FilePartEvent;
import org.springframework.http.codec.multipart.FormPartEvent;
import org.springframework.http.codec.multipart.Part;
import org.springframework.http.codec.multipart.PartEvent;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.RestController;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.FileNames;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.spring.PartEvents;
import io.github.reactoruring.spring.UringDataBuffers;
import io.github.reactoruring.spring.UringPartHttpMessageReader;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Runs what the guide's chapter on Spring WebFlux shows; over a server, the tests of the integration run it. */
@NeedsUring
class SpringWebFluxTest {

    private static final DefaultDataBufferFactory BUFFERS = DefaultDataBufferFactory.sharedInstance;

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @Test
    void servesAndStores(@TempDir Path directory) throws Exception {
        StaticListableBeanFactory beans = new StaticListableBeanFactory();
        beans.addBean("uring", ring.get());
        Uploads uploads = new Uploads(directory, beans.getBeanProvider(Uring.class));
        Reports reports = new Reports(directory);

        uploads.store("a.txt", Flux.just(buffer("hello"))).block();
        Mono<Void> aborted = uploads.store("b.txt", Flux.just(buffer("hel")).concatWith(Mono.error(new Gone())));

        assertThat(aborted.thenReturn("stored").onErrorReturn(Gone.class, "gone").block()).isEqualTo("gone");
        assertThat(directory.resolve("b.txt")).doesNotExist();
        assertThat(reports.report("a.txt").getContentAsByteArray()).asString().isEqualTo("hello");
        assertThat(Files.size(directory.resolve("a.txt"))).isEqualTo(5);
        String copied = DataBufferUtils.join(uploads.content("a.txt")).map(buffer -> {
            String text = buffer.toString(java.nio.charset.StandardCharsets.UTF_8);
            DataBufferUtils.release(buffer);
            return text;
        }).block();
        assertThat(copied).isEqualTo("hello");
    }

    @Test
    void storesTheParts(@TempDir Path directory, @TempDir Path temporary) throws Exception {
        StaticListableBeanFactory beans = new StaticListableBeanFactory();
        beans.addBean("uring", ring.get());
        Uploads uploads = new Uploads(directory, beans.getBeanProvider(Uring.class));
        String content = "hello ".repeat(100);
        String body = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n" + content
                + "\r\n--b--\r\n";
        try (UringPartHttpMessageReader reader = new UringPartHttpMessageReader(ring.get())) {
            reader.setFileStorageDirectory(temporary);
            reader.setMaxInMemorySize(100);
            Part part = reader.read(ResolvableType.forClass(Part.class), MockServerHttpRequest.post("/uploads")
                    .header("Content-Type", "multipart/form-data; boundary=b").body(body), Map.of()).blockLast();
            uploads.multipart((FilePart) part).block();
            part.delete().block();
        }
        Flux<PartEvent> events = Flux.concat(FormPartEvent.create("title", "x"), FilePartEvent.create("file", "b.txt",
                MediaType.TEXT_PLAIN, Flux.just(buffer("hello"), buffer(" again"))));

        assertThat(uploads.events(events).block()).isEqualTo(1);
        assertThat(directory.resolve("a.txt")).hasContent(content);
        assertThat(directory.resolve("b.txt")).hasContent("hello again");
    }

    private static DataBuffer buffer(String text) {
        return BUFFERS.wrap(text.getBytes());
    }

    private static final class Gone extends Exception {

        private static final long serialVersionUID = 1L;
    }

    // snippet: webflux-download
    @RestController
    static class Reports {

        private final Path directory;

        Reports(Path directory) {
            this.directory = directory;
        }

        @GetMapping("/reports/{name}")
        Resource report(@PathVariable String name) {
            return new FileSystemResource(directory.resolve(name));
        }
    }
    // end of snippet

    @RestController
    static class Uploads {

        private final Path directory;
        private final @Nullable Uring uring;

        // snippet: webflux-uring-bean
        Uploads(Path directory, ObjectProvider<Uring> uring) {
            this.directory = directory;
            this.uring = uring.getIfAvailable();
        }
        // end of snippet

        // snippet: webflux-flux
        Flux<DataBuffer> content(String name) {
            return UringDataBuffers.read(uring, directory.resolve(name), BUFFERS, 64 * 1024);
        }
        // end of snippet

        // snippet: webflux-upload
        @PutMapping("/uploads/{name}")
        Mono<Void> store(@PathVariable String name, @RequestBody(required = false) Flux<DataBuffer> body) {
            Path path = directory.resolve(name);
            return uring == null
                    ? DataBufferUtils.write(body, path)
                    : UringDataBuffers.write(uring, body, path, WriteOptions.defaults()
                            .withCreation(WriteOptions.Creation.NEW).withPartial(WriteOptions.Partial.DELETE)).then();
        }
        // end of snippet

        // snippet: webflux-multipart
        @PostMapping("/uploads")
        Mono<Void> multipart(@RequestPart("file") FilePart file) {
            return file.transferTo(FileNames.resolve(directory, file.filename()));
        }
        // end of snippet

        // snippet: webflux-part-events
        @PostMapping("/streams")
        Mono<Long> events(@RequestBody Flux<PartEvent> events) {
            return PartEvents.concatMap(events, (first, content) -> first instanceof FilePartEvent file
                    ? store(file.filename(), content).thenReturn(1L)
                    : Mono.empty()).count();
        }
        // end of snippet
    }
}
