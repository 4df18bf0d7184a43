package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.testing.buffers.NettyLeaks;
import io.github.reactoruring.testing.kernel.NeedsUring;

/** Uploads stored by the ring. */
@NeedsUring
@ExtendWith(NettyLeaks.class)
class UploadServingTest extends UploadServing {

    private static TestServer server;
    private static Path directory;
    private static Path temporary;

    @BeforeAll
    static void start(@TempDir Path stored, @TempDir Path spilled) {
        directory = stored;
        temporary = spilled;
        server = TestServer.start(stored, settings(spilled)).withFreshConnections();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Override
    TestServer server() {
        return server;
    }

    @Override
    Path temporary() {
        return temporary;
    }

    @Override
    Path directory() {
        return directory;
    }

    @Test
    void thePartsGoThroughTheRing() {
        long before = server.uring().stats().submitted();

        post("/multipart/collected", new MultipartBody().file("a", "a.bin", SMALL));
        assertThat(server.uring().stats().submitted()).as("requests for a part in memory").isEqualTo(before);

        post("/multipart/transferred/through-the-ring.bin", new MultipartBody().file("file", "a.bin", LARGE));
        assertThat(server.uring().stats().submitted() - before)
                .as("requests to write 3 MB, give them a name, read them and delete the file").isGreaterThan(60);
    }

    /** Spring's own loses a part without content, unless it is the last. */
    @Test
    void aPartWithoutContentIsAPart() {
        HttpResponse<byte[]> response = post("/multipart/collected", new MultipartBody()
                .file("empty", "empty.bin", new byte[0]).field("last", "x"));

        assertThat(response.body()).asString()
                .contains("empty is file empty.bin, " + UploadEndpoints.sha256(new byte[0]));
    }
}
