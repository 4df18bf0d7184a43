package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.UringStats;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.Descriptors;

/** Files read by the ring, over a real server. */
@NeedsUring
class FileServingTest extends FileServing {

    private static TestServer server;
    private static Path directory;

    @BeforeAll
    static void start(@TempDir Path files) throws IOException {
        directory = files;
        server = TestServer.start(fill(directory), "server.compression.enabled=true").withFreshConnections();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void nothingIsLeft() {
        server.awaitIdle();
        assertThat(server.uring().stats().staleCompletions()).isZero();
    }

    @Override
    TestServer server() {
        return server;
    }

    @Test
    void everyEndpointReadsByTheRing() {
        for (String endpoint : new String[]{"annotated", "functional", "static", "conditional", "flux"}) {
            UringStats before = server.uring().stats();
            assertThat(server.get("/" + endpoint + "/large.bin").body()).hasSize(LARGE.length);
            server.awaitIdle();
            assertThat(server.uring().stats().completed() - before.completed()).as(endpoint)
                    .isGreaterThanOrEqualTo(LARGE.length / 65_536);
        }
    }

    @Test
    void aFluxOfBuffersIsTheWholeFile() {
        HttpResponse<byte[]> response = server.get("/flux/large.bin");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(LARGE);
    }

    @Test
    void aHeadReadsNoContent() {
        // No answer waits for the CLOSE of its file: that of the one before may still come.
        Await.until("all files closed", () -> Descriptors.open().keySet().stream()
                .noneMatch(name -> name.endsWith(".bin") || name.endsWith(".txt")));
        server.awaitIdle();
        UringStats before = server.uring().stats();
        server.head("/annotated/large.bin");
        Await.until("the file to be closed", () -> server.uring().stats().completed() - before.completed() >= 2);

        assertThat(server.uring().stats().completed() - before.completed()).as("open and close").isEqualTo(2);
    }

    @Test
    void severalRangesHaveALengthOnStaticResourcesToo() {
        HttpResponse<byte[]> response = server.get("/static/large.bin", "Range", "bytes=0-999999,2000000-2999999,-5");

        assertThat(response.statusCode()).isEqualTo(206);
        assertThat(header(response, "Content-Length")).isEqualTo(String.valueOf(response.body().length));
        assertThat(response.body()).hasSizeGreaterThan(2_000_005);
    }

    /** Spring's own announces the whole file's length and sends nothing, so that the client waits. */
    @Test
    void aRangeBehindTheEndOfAStaticResourceIsRefusedAtOnce() {
        HttpResponse<byte[]> response = server.get("/static/small.txt", "Range", "bytes=10-");

        assertThat(response.statusCode()).isEqualTo(416);
        assertThat(header(response, "Content-Length")).isEqualTo("0");
    }

    @Test
    void ofSeveralRangesThoseThatAreThereAreSent() {
        HttpResponse<byte[]> response = server.get("/annotated/small.txt", "Range", "bytes=2-3,10-12");

        assertThat(response.statusCode()).isEqualTo(206);
        assertThat(response.body()).asString().isEqualTo("23");
        assertThat(header(server.get("/annotated/small.txt", "Range", "bytes=10-"), "Content-Range"))
                .isEqualTo("bytes */10");
    }

    @Test
    void aChangedFileIsSentWhole() {
        Await.until("a file at rest", () -> changed("small.txt").isBefore(Instant.now().minusSeconds(2)));
        assertThat(server.get("/conditional/small.txt", "Range", "bytes=0-1", "If-Range", "\"v0\"").body())
                .isEqualTo(SMALL);
        assertThat(server.get("/conditional/small.txt", "Range", "bytes=0-1", "If-Range", "\"v1\"").body())
                .asString().isEqualTo("01");
    }

    @Test
    void anErrorIsSentWholeToWhoeverAsksForAPart() {
        HttpResponse<byte[]> response = server.get("/refused/small.txt", "Range", "bytes=0-1");

        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(response.body()).isEqualTo(SMALL);
    }

    @Test
    void aRangeOfAnotherUnitOrOfHugeNumbersIsReadAsRfc9110HasIt() {
        assertThat(server.get("/annotated/small.txt", "Range", "items=0-5").statusCode()).isEqualTo(200);
        assertThat(server.get("/annotated/small.txt", "Range", "Bytes=0-1").body()).asString().isEqualTo("01");
        assertThat(server.get("/annotated/small.txt", "Range", "bytes=0-99999999999999999999").body())
                .isEqualTo(SMALL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"annotated", "functional"})
    void aFileThatTellsNoSizeIsSentToItsEnd(String endpoint) throws IOException {
        link("version", "/proc/version");
        HttpResponse<byte[]> response = server.get("/" + endpoint + "/version", "Range", "bytes=0-1");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(Files.readAllBytes(Path.of("/proc/version")));
        assertThat(header(response, "Content-Length")).isEmpty();
        assertThat(header(response, "Accept-Ranges")).isEmpty();
        assertThat(server.head("/" + endpoint + "/version").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"annotated", "functional", "static"})
    void whatIsNoFileIsNotFound(String endpoint) throws Exception {
        Files.createDirectories(directory.resolve("folder"));
        link("zero", "/dev/zero");
        Path pipe = directory.resolve("pipe");
        if (!Files.exists(pipe)) {
            assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        }

        for (String name : new String[]{"folder", "zero", "pipe"}) {
            assertThat(server.get("/" + endpoint + "/" + name).statusCode()).as(name).isEqualTo(404);
        }
    }

    @Test
    void aTypeThatTheHandlerSetStays() throws IOException {
        Files.writeString(directory.resolve("page.html"), "<p>");

        assertThat(header(server.get("/opaque/page.html"), "Content-Type")).isEqualTo("application/octet-stream");
        assertThat(header(server.get("/annotated/page.html"), "Content-Type")).startsWith("text/html");
    }

    @Test
    void aHeadOfAFluxOfBuffersReadsNothing() {
        server.awaitIdle();
        UringStats before = server.uring().stats();
        HttpResponse<byte[]> response = server.head("/flux/large.bin");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(server.uring().stats().submitted()).isEqualTo(before.submitted());
    }

    private static Instant changed(String name) {
        try {
            return ((FileTime) Files.getAttribute(directory.resolve(name), "unix:ctime")).toInstant();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void link(String name, String target) throws IOException {
        Path link = directory.resolve(name);
        if (!Files.isSymbolicLink(link)) {
            Files.createSymbolicLink(link, Path.of(target));
        }
    }
}
