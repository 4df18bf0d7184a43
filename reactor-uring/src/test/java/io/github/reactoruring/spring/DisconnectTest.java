package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.logging.Level;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.Descriptors;
import io.netty.util.ResourceLeakDetector;

/** Clients that leave in the middle. */
@NeedsUring
class DisconnectTest {

    private static final long FILE_BYTES = 256L << 20;

    private final ResourceLeakDetector.Level levelBefore = ResourceLeakDetector.getLevel();
    private TestServer server;
    private ServerLog log;
    private Path directory;

    @BeforeEach
    void start(@TempDir Path temporary) throws IOException {
        directory = temporary;
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        try (var file = Files.newByteChannel(directory.resolve("huge.bin"),
                java.nio.file.StandardOpenOption.CREATE_NEW, java.nio.file.StandardOpenOption.WRITE)) {
            file.position(FILE_BYTES - 1).write(java.nio.ByteBuffer.allocate(1));
        }
        server = TestServer.start(directory);
        assertThat(server.get("/annotated/huge.bin", "Range", "bytes=0-99").body()).hasSize(100);
        server.awaitIdle();
        log = new ServerLog();
    }

    @AfterEach
    void stop() {
        log.close();
        server.close();
        ResourceLeakDetector.setLevel(levelBefore);
    }

    @Test
    void aClientThatLeavesStopsTheReading() throws Exception {
        Map<String, Integer> before = Descriptors.open();
        for (String path : List.of("/annotated/huge.bin", "/functional/huge.bin", "/static/huge.bin",
                "/flux/huge.bin")) {
            try (Socket client = get(path, "")) {
                new DataInputStream(client.getInputStream()).readNBytes(1_000_000);
                assertThat(open("huge.bin")).as("the file of %s is being read", path).isEqualTo(1);
                client.setSoLinger(true, 0);
            }
            Await.until("the file is closed", () -> open("huge.bin") == 0);
            server.awaitIdle();
        }
        Descriptors.awaitNoMoreThan(before);
        long completed = server.uring().stats().completed();
        assertThat(server.get("/ping").statusCode()).isEqualTo(200);
        assertThat(server.uring().stats().completed()).as("nothing is read any more").isEqualTo(completed);
        assertThat(completed).as("reads, of 16384 that the four files would take").isLessThan(4_000);
        assertThat(log.messages()).isEmpty();
    }

    @Test
    void manyClientsThatLeaveAnywhereLeaveNothingBehind() throws Exception {
        Map<String, Integer> before = Descriptors.open();
        Random random = new Random(7);
        List<String> paths = List.of("/annotated/huge.bin", "/static/huge.bin", "/flux/huge.bin");
        for (int i = 0; i < 200; i++) {
            String range = switch (random.nextInt(3)) {
                case 0 -> "";
                case 1 -> "Range: bytes=" + random.nextInt(1_000_000) + "-\r\n";
                default -> "Range: bytes=0-200000,300000-5000000,-100000\r\n";
            };
            try (Socket client = get(paths.get(random.nextInt(paths.size())), range)) {
                client.setSoLinger(true, random.nextBoolean() ? 0 : 1);
                client.getInputStream().readNBytes(random.nextInt(3) * random.nextInt(200_000));
            }
        }
        Await.until("every file closed", () -> open("huge.bin") == 0);
        server.awaitIdle();
        Descriptors.awaitNoMoreThan(before);
        System.gc();
        // The detector looks when something is allocated.
        for (int i = 0; i < 200; i++) {
            assertThat(server.get("/annotated/huge.bin", "Range", "bytes=0-70000").body()).hasSize(70_001);
        }
        assertThat(log.messages()).isEmpty();
    }

    @Test
    void anAbortedUploadCancelsItsWriteAndClosesTheFile() throws Exception {
        Map<String, Integer> before = Descriptors.open();
        for (int i = 0; i < 50; i++) {
            String name = "part" + i + ".bin";
            try (Socket client = put(name)) {
                client.getOutputStream().write(new byte[300_000]);
                client.getOutputStream().flush();
                Await.until("something stored", () -> directory.resolve(name).toFile().length() > 100_000);
                client.setSoLinger(true, 0);
            }
            Await.until("the file is closed", () -> open(name) == 0);
        }
        server.awaitIdle();
        Descriptors.awaitNoMoreThan(before);
        assertThat(log.messages()).isEmpty();
    }

    @Test
    void aResetOfAnotherConnectionIsAnErrorThatIsLogged() {
        assertThat(server.get("/behind").statusCode()).isEqualTo(500);
        assertThat(log.messages())
                .anySatisfy(message -> assertThat(message).contains("500 Server Error", "/behind"));
    }

    private Socket put(String name) throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port());
        client.getOutputStream().write(("PUT /files/" + name + " HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n"
                + "Content-Type: application/octet-stream\r\n\r\n").getBytes());
        return client;
    }

    private int open(String name) {
        return Descriptors.open().getOrDefault(directory.resolve(name).toString(), 0);
    }

    private Socket get(String path, String headers) throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port());
        client.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n").getBytes());
        return client;
    }
}
