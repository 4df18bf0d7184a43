package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.buffers.NettyLeaks;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.netty.buffer.PooledByteBufAllocator;

/**
 * Holds that each buffer of a multipart body is freed once, however the body ends and whoever reads it: beside it,
 * downloads are compared, which get others' memory where one is freed twice.
 */
@NeedsUring
@ExtendWith(NettyLeaks.class)
class MultipartFreedOnceTest {

    static final List<String> FORMS = MultipartForms.ALL;

    private static final int ROUNDS = 8;
    private static final byte[] DOWNLOADED = UploadServing.content(700_000);
    private static final byte[] FILE = UploadServing.content(60_000);
    /** Longer than the settings below allow, 10 KiB, and than Spring does by default, 256 KiB. */
    private static final String LONG_FIELD = "x".repeat(400_000);

    /** Every way in which a body may end badly, and one in which it does not. */
    private static final Map<String, Supplier<byte[]>> BODIES = Map.of(
            "good", () -> new MultipartBody().field("title", "x").file("file", "a.bin", FILE).bytes(),
            "long field", () -> new MultipartBody().field("title", LONG_FIELD).file("file", "a.bin", FILE).bytes(),
            "long field last", () -> new MultipartBody().file("file", "a.bin", FILE).field("title", LONG_FIELD).bytes(),
            "large file", () -> new MultipartBody().field("title", "x")
                    .file("file", "a.bin", UploadServing.content(1_500_000)).bytes(),
            "many parts", MultipartFreedOnceTest::manyParts,
            "long headers", () -> new MultipartBody().field("title", "x")
                    .file("file", "a".repeat(20_000), FILE).bytes(),
            "cut in a field", () -> cut(new MultipartBody().field("title", LONG_FIELD).bytes(), 9_000),
            "cut in a file", () -> cut(new MultipartBody().field("title", "x").file("file", "a.bin", FILE).bytes(),
                    30_000),
            "no end", () -> new MultipartBody().field("title", "x").file("file", "a.bin", FILE).unfinished(),
            "no boundary", () -> UploadServing.content(50_000));

    private static TestServer server;
    private static PooledByteBufAllocator memory;
    private static Path spilled;

    private final Random random = new Random(7);
    private ServerLog log;

    @BeforeAll
    static void start(@TempDir Path directory, @TempDir Path temporary) throws IOException {
        spilled = temporary;
        Files.write(directory.resolve("downloaded.bin"), DOWNLOADED);
        server = TestServer.start(directory, List.of(MultipartForms.class, MultipartForms.Functional.class,
                PooledServer.class), "spring.webflux.multipart.max-in-memory-size=10KB",
                "spring.webflux.multipart.max-disk-usage-per-part=1MB", "spring.webflux.multipart.max-parts=20",
                "spring.webflux.multipart.file-storage-directory=" + temporary).withFreshConnections();
        memory = server.context().getBean(PooledByteBufAllocator.class);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void listen() {
        log = new ServerLog();
    }

    @AfterEach
    void stopListening() {
        log.close();
    }

    @ParameterizedTest
    @FieldSource("FORMS")
    void everyBufferIsFreedOnceHoweverTheBodyEnds(String form) throws Exception {
        AtomicInteger corrupt = new AtomicInteger();
        AtomicInteger compared = new AtomicInteger();
        AtomicBoolean over = new AtomicBoolean();
        Thread downloading = Thread.ofPlatform().start(() -> {
            while (!over.get()) {
                if (!Arrays.equals(server.get("/annotated/downloaded.bin").body(), DOWNLOADED)) {
                    corrupt.incrementAndGet();
                }
                compared.incrementAndGet();
            }
        });
        try {
            for (int round = 0; round < ROUNDS; round++) {
                BODIES.forEach((ending, body) -> answered(form, ending, body.get()));
                BODIES.forEach((ending, body) -> abandoned(form, body.get()));
            }
        } finally {
            over.set(true);
            downloading.join();
        }
        assertThat(compared).as("downloads").hasPositiveValue();
        assertThat(corrupt).as("corrupt downloads").hasValue(0);
        Await.until("all memory back", () -> memory.pinnedDirectMemory() == 0);
        Await.until("no temporary file", () -> UploadServing.files(spilled).isEmpty());
        assertThat(log.messages()).noneMatch(line -> line.contains("IllegalReferenceCount") || line.contains("LEAK")
                || line.contains("passed on all the same"));
    }

    private static void answered(String form, String ending, byte[] body) {
        int status = server.send(server.request("/form/" + form, "Content-Type", MultipartBody.CONTENT_TYPE)
                .POST(java.net.http.HttpRequest.BodyPublishers.ofByteArray(body))).statusCode();
        boolean readsAll = !List.of("early", "empty", "throwing").contains(form);
        if (ending.equals("good") && readsAll) {
            assertThat(status).as("%s, %s", form, ending).isEqualTo(200);
        } else if (readsAll && !form.startsWith("events")) {
            assertThat(status).as("%s, %s", form, ending).isBetween(400, 500);
        }
    }

    /** Leaves in the middle. */
    private void abandoned(String form, byte[] body) {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            client.setSoLinger(true, 0);
            client.getOutputStream().write(("POST /form/" + form + " HTTP/1.1\r\nHost: x\r\nContent-Type: "
                    + MultipartBody.CONTENT_TYPE + "\r\nContent-Length: " + body.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            client.getOutputStream().write(body, 0, random.nextInt(body.length));
        } catch (IOException e) {
            // The server was the first to leave.
        }
    }

    private static byte[] manyParts() {
        MultipartBody body = new MultipartBody().file("file", "a.bin", FILE);
        for (int i = 0; i < 30; i++) {
            body.field("field" + i, "x".repeat(1_000));
        }
        return body.bytes();
    }

    private static byte[] cut(byte[] body, int length) {
        return Arrays.copyOf(body, length);
    }
}
