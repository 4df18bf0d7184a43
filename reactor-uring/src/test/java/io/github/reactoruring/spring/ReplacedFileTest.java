package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.config.ResourceHandlerRegistry;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import org.springframework.web.reactive.resource.PathResourceResolver;

import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Mono;

/**
 * Files that get another content under their name in the midst of a request: when Spring or the handler has looked at the
 * name for Last-Modified and ETag, and before the file is opened. A client must not take a part of one for one of the other.
 */
@NeedsUring
class ReplacedFileTest {

    private static final byte[] OLD = "old ".repeat(30_000).getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NEW = "new ".repeat(30_000).getBytes(StandardCharsets.US_ASCII);
    private static final Instant OLD_TIME = Instant.parse("2020-01-01T00:00:00Z");
    /** Older than the old: a backup that was put back, of which no comparison of times would tell. */
    private static final Instant NEW_TIME = Instant.parse("2010-01-01T00:00:00Z");
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'",
            Locale.US);
    private static final String REPLACED = "replaced.txt";
    private static final String SETTLED = "settled.txt";

    private static TestServer server;
    private static Path directory;

    /** Puts the new file in the place of the old as soon as somebody asks for the time of the old. */
    private static final class Swapped extends FileSystemResource {

        Swapped(Path path) {
            super(path);
        }

        @Override
        public long lastModified() throws IOException {
            long old = super.lastModified();
            Path replacement = Files.write(getFile().toPath().resolveSibling("replacement"), NEW);
            Files.setLastModifiedTime(replacement, FileTime.from(NEW_TIME));
            Files.move(replacement, getFile().toPath(), StandardCopyOption.ATOMIC_MOVE);
            return old;
        }
    }

    /** Serves the directory once more, as static resources that are swapped while they are asked for. */
    @Component
    static class SwappedResources implements WebFluxConfigurer {

        private final String location;

        SwappedResources(@Value("${" + FileApplication.DIRECTORY + "}") Path files) {
            location = files.toUri().toString();
        }

        @Override
        public void addResourceHandlers(ResourceHandlerRegistry registry) {
            registry.addResourceHandler("/swapped/**").addResourceLocations(location)
                    .setEtagGenerator(resource -> "\"of the name\"").resourceChain(false)
                    .addResolver(new PathResourceResolver() {

                        @Override
                        protected Mono<Resource> getResource(String path, Resource root) {
                            return super.getResource(path, root).map(ReplacedFileTest::swapped);
                        }
                    });
        }
    }

    /** Describes the file by its name, as handlers do. */
    @RestController
    static class Described {

        @GetMapping("/described/{name}")
        ResponseEntity<Resource> described(@PathVariable String name) throws IOException {
            Resource resource = swapped(new FileSystemResource(directory.resolve(name)));
            return ResponseEntity.ok().lastModified(Instant.ofEpochMilli(resource.lastModified())).eTag("\"v1\"")
                    .body(resource);
        }
    }

    private static Resource swapped(Resource resource) {
        try {
            return REPLACED.equals(resource.getFilename()) ? new Swapped(resource.getFile().toPath()) : resource;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @BeforeAll
    static void start(@TempDir Path files) throws IOException {
        directory = files;
        write(SETTLED, OLD_TIME);
        server = TestServer.start(files, List.of(SwappedResources.class, Described.class)).withFreshConnections();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void theOldFile() throws IOException {
        write(REPLACED, OLD_TIME);
    }

    private static void write(String name, Instant time) throws IOException {
        Files.setLastModifiedTime(Files.write(directory.resolve(name), OLD), FileTime.from(time));
    }

    @Test
    void aStaticResourcesValidatorsAreOfTheFileThatIsSent() {
        HttpResponse<byte[]> response = server.get("/swapped/" + REPLACED);

        assertThat(response.body()).isEqualTo(NEW);
        assertThat(FileServing.header(response, "Last-Modified")).isEqualTo(httpDate(NEW_TIME));
        assertThat(FileServing.header(response, "ETag")).as("made of the old file").isEmpty();
    }

    @Test
    void aStaticResourceThatStaysKeepsWhatWasSaidOfIt() {
        HttpResponse<byte[]> response = server.get("/swapped/" + SETTLED);

        assertThat(response.body()).isEqualTo(OLD);
        assertThat(FileServing.header(response, "Last-Modified")).isEqualTo(httpDate(OLD_TIME));
        assertThat(FileServing.header(response, "ETag")).isEqualTo("\"of the name\"");
    }

    @Test
    void noPartOfAReplacedFileIsSentToWhoeverHasSomeOfTheOld() throws IOException {
        for (String endpoint : List.of("/swapped/", "/described/")) {
            for (String validator : List.of(httpDate(OLD_TIME), "\"v1\"", "\"of the name\"")) {
                theOldFile();
                HttpResponse<byte[]> response = server.get(endpoint + REPLACED, "Range", "bytes=100-199", "If-Range",
                        validator);
                assertThat(response.statusCode()).as("%s, %s", endpoint, validator).isEqualTo(200);
                assertThat(response.body()).isEqualTo(NEW);
            }
        }
    }

    @Test
    void aFileThatIsAtRestIsResumed() {
        Await.until("a file at rest", () -> changed(SETTLED).isBefore(Instant.now().minusSeconds(2)));
        for (String endpoint : List.of("/swapped/", "/described/")) {
            for (String validator : List.of(httpDate(OLD_TIME),
                    endpoint.equals("/described/") ? "\"v1\"" : "\"of the name\"")) {
                HttpResponse<byte[]> response = server.get(endpoint + SETTLED, "Range", "bytes=100-199", "If-Range",
                        validator);
                assertThat(response.statusCode()).as("%s, %s", endpoint, validator).isEqualTo(206);
                assertThat(response.body()).hasSize(100);
            }
        }
    }

    /** What was written in this second, or will have been in a later one, may be written in it again. */
    @Test
    void aTimeThatIsNotOverIsNoValidator() throws IOException {
        Instant soon = Instant.now().plus(Duration.ofHours(1)).truncatedTo(ChronoUnit.SECONDS);
        write("soon.txt", soon);
        Await.until("a file at rest", () -> changed("soon.txt").isBefore(Instant.now().minusSeconds(2)));

        assertThat(server.get("/static/soon.txt", "Range", "bytes=100-199", "If-Range", httpDate(soon)).statusCode())
                .isEqualTo(200);
    }

    private static Instant changed(String name) {
        try {
            return ((FileTime) Files.getAttribute(directory.resolve(name), "unix:ctime")).toInstant();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String httpDate(Instant time) {
        return HTTP_DATE.format(time.atZone(ZoneOffset.UTC));
    }
}
