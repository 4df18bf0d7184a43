package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.UringStats;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.Descriptors;

/** Files read by the ring, over a real server. */
@NeedsUring
class FileServingTest extends FileServing {

    private static TestServer server;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
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
}
