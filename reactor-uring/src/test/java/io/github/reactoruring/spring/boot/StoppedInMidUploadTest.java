package io.github.reactoruring.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.reactoruring.spring.TestServer;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.kernel.NeedsUring;

/** An application that ends while a file is uploaded keeps nothing of it. */
@NeedsUring
class StoppedInMidUploadTest {

    private static final int SENT_BYTES = 200_000;

    @ParameterizedTest
    @CsvSource({"immediate, Content-Length: 1000000", "immediate, Transfer-Encoding: chunked",
            "graceful, Content-Length: 1000000", "graceful, Transfer-Encoding: chunked"})
    void aCutFileIsNotKept(String shutdown, String framing, @TempDir Path directory) throws Exception {
        Path file = directory.resolve("upload.bin");
        try (TestServer server = TestServer.start(directory, "server.shutdown=" + shutdown,
                "spring.lifecycle.timeout-per-shutdown-phase=100ms");
                Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            client.getOutputStream().write(("PUT /new/upload.bin HTTP/1.1\r\nHost: x\r\n" + framing + "\r\n"
                    + "Content-Type: application/octet-stream\r\n\r\n"
                    + (framing.contains("chunked") ? Integer.toHexString(SENT_BYTES) + "\r\n" : ""))
                    .getBytes(StandardCharsets.US_ASCII));
            client.getOutputStream().write(new byte[SENT_BYTES]);
            Await.until("what was sent, written", () -> file.toFile().length() == SENT_BYTES);

            server.close();

            assertThat(file).doesNotExist();
        }
    }
}
