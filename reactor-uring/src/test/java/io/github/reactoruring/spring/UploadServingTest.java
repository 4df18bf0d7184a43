package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.testing.Await;
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

    @Test
    void thePartsOfABodyThatIsAMapAreDeletedWithTheExchange() {
        HttpResponse<byte[]> response = post("/multipart/mapped", new MultipartBody().file("a", "a.bin", LARGE));

        assertThat(response.body()).asString().isEqualTo("a is file a.bin, " + UploadEndpoints.sha256(LARGE));
        Await.until("no temporary file", () -> temporaryFiles().isEmpty());
    }

    @Test
    void thePartsOfABodyThatIsAMapAreDeletedWhenTheClientLeaves() throws Exception {
        UploadEndpoints endpoints = server.context().getBean(UploadEndpoints.class);
        byte[] body = new MultipartBody().file("a", "a.bin", LARGE).bytes();
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            client.getOutputStream().write(("POST /multipart/mapped-and-held HTTP/1.1\r\nHost: x\r\nContent-Type: "
                    + MultipartBody.CONTENT_TYPE + "\r\nContent-Length: " + body.length + "\r\n\r\n").getBytes());
            client.getOutputStream().write(body);
            Await.until("the handler has its parts", () -> endpoints.holding.get() == 1);
            assertThat(temporaryFiles()).hasSize(1);
        }
        Await.until("no temporary file", () -> temporaryFiles().isEmpty());
        Await.until("the handler cancelled", () -> endpoints.holding.get() == 0);
    }
}
