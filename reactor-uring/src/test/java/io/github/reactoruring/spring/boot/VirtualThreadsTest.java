package io.github.reactoruring.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.spring.TestServer;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.Descriptors;
import reactor.core.Disposable;

/** Runs the application's blocking handlers on virtual threads, as {@code spring.threads.virtual.enabled} has it. */
@NeedsUring
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VirtualThreadsTest {

    private static final byte[] CONTENT = new byte[3_000_001];

    private TestServer server;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        new Random(1).nextBytes(CONTENT);
        Files.write(directory.resolve("large.bin"), CONTENT);
        Files.write(directory.resolve("small.txt"), new byte[10]);
        server = TestServer.start(directory, List.of(BlockingHandlers.class), "spring.threads.virtual.enabled=true");
    }

    @AfterAll
    void stop() {
        server.close();
    }

    /** Returns plain values, so that Spring takes it for blocking. */
    @RestController
    static class BlockingHandlers {

        private final Path directory;
        private final Uring uring;

        BlockingHandlers(@Value("${test.directory}") Path directory, Uring uring) {
            this.directory = directory;
            this.uring = uring;
        }

        @GetMapping("/virtual/{name}")
        Resource file(@PathVariable String name) {
            assertThat(Thread.currentThread().isVirtual()).isTrue();
            return new FileSystemResource(directory.resolve(name));
        }

        @GetMapping("/blocked/{name}")
        Long blockFor(@PathVariable String name) {
            assertThat(Thread.currentThread().isVirtual()).isTrue();
            return uring.files().read(directory.resolve(name)).map(ByteBuffer::remaining).reduce(0L, Long::sum)
                    .block();
        }

        /** Disposes on a virtual thread of what it has subscribed to there. */
        @GetMapping("/disposed/{name}")
        Boolean dispose(@PathVariable String name) {
            Disposable read = uring.files().read(directory.resolve(name), ReadOptions.defaults().withChunkBytes(4096))
                    .limitRate(1).subscribe();
            read.dispose();
            return Thread.currentThread().isVirtual() && read.isDisposed();
        }
    }

    @Test
    void aHandlerOnAVirtualThreadHasItsFileServedByTheRing() {
        long before = server.uring().stats().completed();

        assertThat(server.get("/virtual/large.bin").body()).isEqualTo(CONTENT);
        assertThat(server.get("/virtual/large.bin", "Range", "bytes=5-14").body()).hasSize(10);
        assertThat(server.uring().stats().completed() - before).as("reads of 64 KiB, by the ring").isGreaterThan(45);
    }

    @Test
    void aVirtualThreadMayBlockForTheRingAndManyDoAtOnce() {
        assertThat(server.get("/blocked/large.bin").body()).asString().isEqualTo("3000001");
        List<Thread> clients = new java.util.ArrayList<>();
        List<String> answers = new java.util.concurrent.CopyOnWriteArrayList<>();
        for (int i = 0; i < 50; i++) {
            clients.add(Thread.ofVirtual()
                    .start(() -> answers.add(new String(server.get("/blocked/small.txt").body()))));
        }
        Await.until("all answered", () -> clients.stream().noneMatch(Thread::isAlive));
        assertThat(answers).hasSize(50).containsOnly("10");
    }

    @Test
    void aDisposalOnAVirtualThreadLeavesNothing() {
        assertThat(server.get("/ping").statusCode()).isEqualTo(200);
        Map<String, Integer> before = Descriptors.open();
        for (int i = 0; i < 20; i++) {
            assertThat(server.get("/disposed/large.bin").body()).asString().isEqualTo("true");
        }
        server.awaitIdle();
        Descriptors.awaitNoMoreThan(before);
    }
}
