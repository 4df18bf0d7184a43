package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.buffers.NettyLeaks;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.Descriptors;

/** Clients that leave in the middle of uploads and downloads: no buffer, no file, no descriptor, no line in the log. */
@NeedsUring
@ExtendWith(NettyLeaks.class)
class AbortedTransfersTest {

    private static final byte[] CONTENT = UploadServing.content(1_000_000);

    private static TestServer server;
    private static Path stored;
    private static Path spilled;

    private final Random random = new Random(42);
    private ServerLog log;
    private Map<String, Integer> descriptors;

    @BeforeAll
    static void start(@TempDir Path directory, @TempDir Path temporary) throws IOException {
        stored = directory;
        spilled = temporary;
        Files.write(stored.resolve("large.bin"), CONTENT);
        server = TestServer.start(stored, UploadServing.settings(spilled)).withFreshConnections();
        for (String endpoint : List.of("collected", "streamed")) {
            server.send(new MultipartBody().file("a", "a.bin", CONTENT).post(server, "/multipart/" + endpoint));
        }
        server.get("/annotated/large.bin");
        server.awaitIdle();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void listen() {
        log = new ServerLog();
        descriptors = Descriptors.open();
    }

    @AfterEach
    void stopListening() {
        log.close();
    }

    @Test
    void aThousandClientsThatLeaveAnywhereLeaveNothing() throws IOException {
        byte[] parts = parts();
        long before = server.uring().stats().submitted();
        for (int i = 0; i < 1_000; i++) {
            switch (i % 5) {
                case 0 -> abort(put("/new/raw" + i, CONTENT));
                case 1 -> abort(post("/multipart/collected", parts));
                case 2 -> abort(post("/multipart/streamed", parts));
                case 3 -> abort(post("/events", events(i)));
                default -> download("/annotated/large.bin");
            }
        }
        nothingIsLeft();
        assertThat(server.uring().stats().submitted() - before).as("requests of the ring").isGreaterThan(5_000);
    }

    @Test
    void aClientThatLeavesBeforeItsAnswerLeavesNoPart() throws IOException {
        AtomicInteger holding = server.context().getBean(UploadEndpoints.class).holding;
        for (int i = 0; i < 20; i++) {
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                client.setSoLinger(true, 0);
                client.getOutputStream().write(post("/multipart/held",
                        new MultipartBody().file("file", "a.bin", CONTENT).bytes()));
                Await.until("the handler has its part", () -> holding.get() == 1);
                assertThat(UploadServing.files(spilled)).hasSize(1);
            }
            Await.until("the handler is cancelled", () -> holding.get() == 0);
            Await.until("its part is deleted", () -> UploadServing.files(spilled).isEmpty());
        }
        nothingIsLeft();
    }

    private byte[] events(int number) {
        return new MultipartBody().field("x", "y").file("a", "a" + number, CONTENT)
                .file("b", "b" + number, UploadServing.content(10)).file("c", "c" + number, CONTENT).bytes();
    }

    private byte[] parts() {
        MultipartBody body = new MultipartBody().field("title", "x").file("a", "a.bin", CONTENT);
        for (int i = 0; i < 10; i++) {
            body.file("small" + i, i + ".bin", UploadServing.content(10 + i));
        }
        return body.file("b", "b.bin", CONTENT).file("c", "c.bin", UploadServing.content(20_000)).bytes();
    }

    /** Sends not the whole of it: what is complete may well be stored. */
    private void abort(byte[] bytes) throws IOException {
        send(bytes, random.nextInt(bytes.length - 100));
    }

    private void download(String path) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            client.setSoLinger(true, 0);
            client.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes());
            client.getInputStream().readNBytes(random.nextInt(900_000));
        }
    }

    private void send(byte[] bytes, int count) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            client.setSoLinger(true, random.nextInt(4) == 0 ? 1 : 0);
            OutputStream output = client.getOutputStream();
            int sent = 0;
            while (sent < count) {
                int chunk = Math.min(count - sent, 1 + random.nextInt(400_000));
                output.write(bytes, sent, chunk);
                sent += chunk;
            }
        } catch (SocketException e) {
            // The server may answer, and close, before it has all.
            assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe).*");
        }
    }

    private void nothingIsLeft() {
        server.awaitIdle();
        Descriptors.awaitNoMoreThan(descriptors);
        Await.until("no temporary file", () -> UploadServing.files(spilled).isEmpty());
        assertThat(UploadServing.files(stored)).extracting(path -> path.getFileName().toString())
                .filteredOn(name -> !name.matches("[ab]\\d+")).containsExactly("large.bin");
        assertThat(log.messages()).isEmpty();
    }

    private static byte[] put(String path, byte[] body) {
        return request("PUT", path, "application/octet-stream", body);
    }

    private static byte[] post(String path, byte[] body) {
        return request("POST", path, MultipartBody.CONTENT_TYPE, body);
    }

    private static byte[] request(String method, String path, String type, byte[] body) {
        byte[] head = (method + ' ' + path + " HTTP/1.1\r\nHost: x\r\nContent-Type: " + type + "\r\nContent-Length: "
                + body.length + "\r\n\r\n").getBytes();
        byte[] all = java.util.Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        return all;
    }
}
