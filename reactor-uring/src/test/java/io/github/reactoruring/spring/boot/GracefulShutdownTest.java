package io.github.reactoruring.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.Uring;
import io.github.reactoruring.spring.TestServer;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.Descriptors;
import reactor.core.publisher.Hooks;

/** Ends the application while a client is in the middle of a download. */
@NeedsUring
class GracefulShutdownTest {

    private static final long FILE_BYTES = 64L << 20;
    private static final int TAKEN_BYTES = 1_000_000;

    private Map<String, Integer> before = Map.of();
    private final List<Throwable> dropped = new CopyOnWriteArrayList<>();
    private Path directory;
    private TestServer server;
    private Uring uring;
    private Socket client;

    /** The JDK keeps one for itself from the first that is closed on. */
    @BeforeAll
    static void closeASocket() throws IOException {
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            new Socket(InetAddress.getLoopbackAddress(), listening.getLocalPort()).close();
        }
    }

    @BeforeEach
    void makeFile(@TempDir Path temporary) throws IOException {
        before = Descriptors.open();
        Hooks.onErrorDropped(dropped::add);
        directory = temporary;
        try (SeekableByteChannel file = Files.newByteChannel(directory.resolve("large.bin"),
                StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            file.position(FILE_BYTES - 1).write(ByteBuffer.allocate(1));
        }
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        client.close();
        Hooks.resetOnErrorDropped();
        assertThat(dropped).as("errors that reached nobody").isEmpty();
        assertThat(uring.isDisposed()).isTrue();
        assertThat(uring.stats().inFlight()).isZero();
        assertThat(uring.stats().completed()).isEqualTo(uring.stats().submitted());
        assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("uring-spring-"));
        Descriptors.awaitNoMoreThan(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"annotated", "functional", "static", "flux"})
    void aDownloadUnderWayIsFinishedBeforeTheRingCloses(String endpoint) throws Exception {
        start("server.shutdown=graceful");
        InputStream download = download(endpoint);
        skipHeader(download);
        download.readNBytes(TAKEN_BYTES);

        CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
        Await.until("no new connections", this::isRefused);
        assertThat(closing).isNotDone();
        assertThat(uring.isDisposed()).as("the ring closed before the server").isFalse();
        assertThat(isOpen()).as("the file that is being sent").isTrue();

        assertThat(download.readNBytes((int) FILE_BYTES - TAKEN_BYTES)).hasSize((int) FILE_BYTES - TAKEN_BYTES);
        closing.join();
        assertThat(uring.stats().cancelled()).as("reads cut off").isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"annotated", "functional", "static", "flux"})
    void aDownloadThatTakesTooLongIsCutAndLeavesNothing(String endpoint) throws Exception {
        start("server.shutdown=graceful", "spring.lifecycle.timeout-per-shutdown-phase=300ms");
        InputStream download = download(endpoint);
        download.readNBytes(TAKEN_BYTES);
        assertThat(isOpen()).isTrue();

        server.close();

        assertThat(isOpen()).isFalse();
        long rest = rest(download);
        assertThat(rest).as("what was on its way").isLessThan(FILE_BYTES - TAKEN_BYTES);
    }

    @Test
    void withoutGraceTheDownloadIsCutAtOnce() throws Exception {
        start("server.shutdown=immediate");
        InputStream download = download("annotated");
        download.readNBytes(TAKEN_BYTES);

        server.close();

        assertThat(isOpen()).isFalse();
        assertThat(rest(download)).isLessThan(FILE_BYTES - TAKEN_BYTES);
    }

    private void start(String... properties) {
        server = TestServer.start(directory, properties);
        uring = server.uring();
    }

    private InputStream download(String endpoint) throws IOException {
        client = new Socket(InetAddress.getLoopbackAddress(), server.port());
        client.getOutputStream().write(("GET /" + endpoint + "/large.bin HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                + "\r\n").getBytes());
        return client.getInputStream();
    }

    private static void skipHeader(InputStream download) throws IOException {
        int newlines = 0;
        while (newlines < 2) {
            int next = download.read();
            newlines = next == '\n' ? newlines + 1 : next == '\r' ? newlines : 0;
        }
    }

    /** Counts what still comes, until the end or a reset. */
    private static long rest(InputStream download) {
        long count = 0;
        byte[] bytes = new byte[65_536];
        try {
            for (int read = download.read(bytes); read >= 0; read = download.read(bytes)) {
                count += read;
            }
            return count;
        } catch (IOException e) {
            return count;
        }
    }

    private boolean isRefused() {
        try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), client.getPort())) {
            return false;
        } catch (ConnectException e) {
            return true;
        } catch (SocketException e) {
            // The port was closed while this connection was being made: the next is refused.
            return false;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private boolean isOpen() {
        return Descriptors.open().containsKey(directory.resolve("large.bin").toString());
    }
}
