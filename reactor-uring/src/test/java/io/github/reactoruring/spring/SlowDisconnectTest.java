package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.fuse.NeedsFuse;
import io.github.reactoruring.testing.fuse.SlowFile;
import io.github.reactoruring.testing.fuse.SlowFileSystem;
import io.github.reactoruring.testing.kernel.KernelSight;
import io.github.reactoruring.testing.kernel.KernelTrace;
import io.github.reactoruring.testing.kernel.NeedsTrace;
import io.github.reactoruring.testing.process.Descriptors;
import io.netty.buffer.PooledByteBufAllocator;

/**
 * Kills clients while the kernel waits for a slow filesystem: what it waits for it cannot give up, so that buffers and
 * descriptor stay until the answer, and not longer.
 */
@NeedsFuse
@NeedsTrace
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SlowDisconnectTest {

    private static final Duration AFTER_THE_ANSWER = Duration.ofSeconds(1);
    private static final long FILE_BYTES = 1L << 30;
    private static final int WINDOWS_SENT = 6;
    private static final long CHUNK_BYTES = 65_536;
    /** The writers have 8 chunks of a response in memory, and ask for more of them when half are gone. */
    private static final int LEAST_READS = 5;

    private SlowFileSystem slow;
    private SlowFile file;
    private TestServer server;
    private PooledByteBufAllocator memory;

    /** A client that takes what comes until it is killed. */
    interface Client {

        void kill() throws Exception;
    }

    interface Connector {

        Client get(int port, String path) throws Exception;
    }

    @BeforeAll
    void start() throws IOException {
        slow = SlowFileSystem.mount();
        file = slow.file("large.bin", FILE_BYTES);
        server = TestServer.start(slow.root(), List.of(PooledServer.class));
        memory = server.context().getBean(PooledByteBufAllocator.class);
        assertThat(server.get("/annotated/large.bin", "Range", "bytes=0-99").body()).hasSize(100);
    }

    @AfterAll
    void stop() {
        file.reads().open();
        server.close();
        slow.close();
    }

    static Stream<Arguments> clients() {
        Connector reset = SlowDisconnectTest::resetting;
        Connector killed = SlowDisconnectTest::curl;
        return paths().stream().flatMap(path -> Stream.of(Arguments.argumentSet(path + ", reset", path, reset),
                Arguments.argumentSet(path + ", killed", path, killed)));
    }

    private static List<String> paths() {
        return List.of("/annotated/large.bin", "/static/large.bin", "/functional/large.bin", "/flux/large.bin");
    }

    @ParameterizedTest
    @MethodSource("clients")
    void aClientThatIsKilledLeavesWhatTheKernelHasAndNoMore(String path, Connector connector) throws Exception {
        Await.until("the baseline", this::isBaseline);
        Map<String, Integer> before = Descriptors.open();
        file.reads().hold();
        Client client = connector.get(server.port(), path);
        // The server asks for one buffer first. All that is held is answered together: none waits for one before it.
        file.reads().awaitHeld(1).release(1);
        for (int i = 0; i < WINDOWS_SENT; i++) {
            file.reads().release(awaitAllSent());
        }
        int reads = awaitAllSent();
        assertThat(open()).isEqualTo(1);
        int arrived = file.reads().arrived();
        long disposals = server.uring().stats().disposals();

        try (KernelTrace trace = KernelTrace.start()) {
            client.kill();
            Await.until("the abort seen", () -> server.uring().stats().disposals() == disposals + reads);
            Await.until("a cancel for each", () -> file.reads().interrupts() >= reads);
            assertThat(server.uring().stats().inFlight()).as("in flight: no kernel can give up").isEqualTo(reads);
            assertThat(memory.pinnedDirectMemory()).as("buffers the kernel writes to").isEqualTo(reads * CHUNK_BYTES);
            assertThat(open()).as("the descriptor it reads from").isEqualTo(1);

            file.reads().open();
            Await.until(AFTER_THE_ANSWER, () -> "baseline again, but " + server.uring().stats() + ", pinned "
                    + memory.pinnedDirectMemory() + ", open " + Descriptors.open(),
                    () -> isBaseline() && Descriptors.areNoMoreThan(before));

            KernelSight sight = trace.stop();
            assertThat(sight.lost()).isZero();
            assertThat(sight.submitted()).as("after the abort").containsOnlyKeys("ASYNC_CANCEL", "CLOSE");
            assertThat(sight.submitted("CLOSE")).isEqualTo(1);
            assertThat(sight.doubled()).as("ends of the reads that were in flight").isEqualTo(reads);
            assertThat(sight.unfinished()).isEmpty();
        }
        assertThat(file.reads().arrived()).as("reads the filesystem saw").isEqualTo(arrived);
        assertThat(server.get("/ping").statusCode()).isEqualTo(200);
    }

    /**
     * Waits until the client has taken all but what is being read; returns how many reads that are. Longer than others:
     * now and then the kernel (6.18) leaves a read to none of its idle workers, until one gives up after 5 seconds.
     */
    private int awaitAllSent() {
        Await.until(Duration.ofSeconds(30), () -> "all sent but what is held, but " + file.reads() + ", pinned "
                + memory.pinnedDirectMemory(), () -> {
                    int held = file.reads().held();
                    return held >= LEAST_READS && held == server.uring().stats().inFlight()
                            && held * CHUNK_BYTES == memory.pinnedDirectMemory();
                });
        return file.reads().held();
    }

    /** Looks for what is in flight last: the close that takes the descriptor away is itself. */
    private boolean isBaseline() {
        return open() == 0 && memory.pinnedDirectMemory() == 0 && server.uring().stats().inFlight() == 0;
    }

    private int open() {
        return Descriptors.open().getOrDefault(file.path().toString(), 0);
    }

    /** Takes what comes, and when killed has the kernel send a reset. */
    private static Client resetting(int port, String path) throws Exception {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoLinger(true, 0);
        socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes());
        Thread reader = Thread.ofPlatform().daemon().start(() -> {
            try {
                socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                // It was closed, as it had to be.
            }
        });
        return () -> {
            socket.close();
            reader.join();
        };
    }

    /** A process that is killed, whose socket the kernel closes. */
    private static Client curl(int port, String path) throws Exception {
        Process process = new ProcessBuilder("curl", "--silent", "--output", "/dev/null",
                "http://127.0.0.1:" + port + path).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        return () -> process.destroyForcibly().waitFor();
    }
}
