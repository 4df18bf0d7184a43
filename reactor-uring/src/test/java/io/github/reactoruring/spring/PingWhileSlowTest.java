package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.fuse.NeedsFuse;
import io.github.reactoruring.testing.fuse.SlowFile;
import io.github.reactoruring.testing.fuse.SlowFileSystem;

/** Pings a server all of whose downloads hang in the kernel, which holds event loops up only if one waits for it. */
@NeedsFuse
class PingWhileSlowTest {

    private static final int DOWNLOADS = 16;
    /** Reactor Netty's default; it spreads connections over them in turn. */
    private static final int EVENT_LOOPS = Math.max(4, Runtime.getRuntime().availableProcessors());
    private static final int PINGERS = 2 * EVENT_LOOPS;
    private static final int PINGS = 50;
    private static final int FILE_BYTES = 100_000;
    private static final int A_MOMENT_MILLIS = 500;
    private static final String GET = "GET %s HTTP/1.1\r\nHost: x\r\n\r\n";

    private final List<Socket> clients = new ArrayList<>();
    private SlowFileSystem slow;
    private final List<SlowFile> files = new ArrayList<>();

    @BeforeEach
    void mount() throws IOException {
        slow = SlowFileSystem.mount();
        // One for each: who reads the same page waits for the same answer.
        for (int i = 0; i < DOWNLOADS; i++) {
            files.add(slow.file("file" + i, FILE_BYTES));
        }
    }

    @AfterEach
    void unmount() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
        slow.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"annotated", "functional", "static", "flux"})
    void everyPingIsAnsweredWhileSixteenDownloadsHang(String endpoint) throws Exception {
        try (TestServer server = TestServer.start(slow.root())) {
            List<Socket> pingers = connect(server, PINGERS);
            List<Socket> downloads = startDownloads(server, endpoint);
            Await.until("all downloads at their file", () -> server.uring().stats().inFlight() == DOWNLOADS);
            for (int i = 0; i < PINGS; i++) {
                for (Socket pinger : pingers) {
                    ping(pinger);
                    assertThat(pong(pinger)).isTrue();
                }
            }

            assertThat(files).as("reads that were answered meanwhile").allMatch(file -> file.reads().answered() == 0);
            assertThat(server.uring().stats().inFlight()).as("downloads that still hang").isEqualTo(DOWNLOADS);
            files.forEach(file -> file.reads().open());
            for (Socket download : downloads) {
                assertThat(download.getInputStream().readNBytes(FILE_BYTES)).hasSize(FILE_BYTES);
            }
        }
    }

    /** Shows that the test above can fail: Spring's own writer has the event loops wait in sendfile(2). */
    @Test
    void noPingIsAnsweredWithSpringsOwnWriter() throws Exception {
        assumeTrue(EVENT_LOOPS <= DOWNLOADS, "more event loops than downloads to hold them up");
        try (TestServer server = TestServer.start(slow.root(), "reactor-uring.web.enabled=false")) {
            List<Socket> pingers = connect(server, PINGERS);
            startDownloads(server, "annotated");
            Await.until("a download at its file on each event loop", () -> held() == EVENT_LOOPS);

            for (Socket pinger : pingers) {
                ping(pinger);
            }
            for (Socket pinger : pingers) {
                pinger.setSoTimeout(A_MOMENT_MILLIS / PINGERS);
                assertThat(pong(pinger)).isFalse();
            }
            files.forEach(file -> file.reads().open());
            for (Socket pinger : pingers) {
                pinger.setSoTimeout(10_000);
                assertThat(pong(pinger)).isTrue();
            }
        }
    }

    private List<Socket> startDownloads(TestServer server, String endpoint) throws IOException {
        files.forEach(file -> file.reads().hold());
        List<Socket> downloads = connect(server, DOWNLOADS);
        for (int i = 0; i < DOWNLOADS; i++) {
            send(downloads.get(i), "/" + endpoint + "/file" + i);
        }
        return downloads;
    }

    private int held() {
        return files.stream().mapToInt(file -> file.reads().held()).sum();
    }

    private List<Socket> connect(TestServer server, int count) throws IOException {
        List<Socket> connected = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
            socket.setSoTimeout(10_000);
            connected.add(socket);
        }
        clients.addAll(connected);
        return connected;
    }

    private static void ping(Socket socket) throws IOException {
        send(socket, "/ping");
    }

    private static void send(Socket socket, String path) throws IOException {
        OutputStream output = socket.getOutputStream();
        output.write(GET.formatted(path).getBytes());
        output.flush();
    }

    /** Reads an answer to its last byte; false if there is none in time. */
    private static boolean pong(Socket socket) throws IOException {
        InputStream input = socket.getInputStream();
        StringBuilder answer = new StringBuilder();
        try {
            while (!answer.toString().endsWith("pong")) {
                int next = input.read();
                assertThat(next).as("the end after %s", answer).isNotNegative();
                answer.append((char) next);
            }
            return true;
        } catch (SocketTimeoutException e) {
            assertThat(answer).isEmpty();
            return false;
        }
    }
}
