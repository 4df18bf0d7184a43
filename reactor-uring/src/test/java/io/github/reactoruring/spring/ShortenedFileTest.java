package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.core.io.FileSystemResource;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.web.reactive.function.server.HandlerStrategies;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

import io.github.reactoruring.Uring;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.kernel.NeedsUring;

/** A file that is cut shorter while it is sent: the client learns of it, at once, on every server, compressed or not. */
@NeedsUring
class ShortenedFileTest {

    private static final int SIZE = 24_000_000;
    private static final int PATIENCE_MILLIS = 10_000;

    private final Uring uring = Uring.builder("shortened").build();

    @TempDir
    Path directory;

    @AfterEach
    void nothingIsInFlight() {
        Await.until("an idle ring", () -> uring.stats().inFlight() == 0);
        uring.disposeLater().block();
    }

    @ParameterizedTest
    @EnumSource
    void theConnectionIsClosedBeforeTheClientTakesAPartForTheWhole(ServerKind kind) throws Exception {
        byte[] content = text();
        try (ServerKind.Running server = kind.start(handler())) {
            for (String headers : new String[]{"", "Accept-Encoding: gzip\r\n", "Range: bytes=100-\r\n",
                    "Range: bytes=0-9,1000-20000000\r\n"}) {
                Path file = Files.write(directory.resolve("shortened.txt"), content);
                String answer = cutWhileSent(server.port(), headers, file);

                assertThat(answer).as("%s, %s", kind, headers).startsWith("HTTP/1.1 20")
                        .as("the last chunk, which would say that this is all").doesNotEndWith("\r\n0\r\n\r\n");
                assertThat(answer.lastIndexOf("HTTP/1.1 ")).as("the next answer, in the place of the rest").isZero();
                assertThat(answer.length()).isLessThan(SIZE - 5_000_000);
            }
        }
    }

    /** Reads some of the answer, has the file cut, sends one more request and reads what comes until the connection ends. */
    private static String cutWhileSent(int port, String headers, Path file) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (Socket client = new Socket()) {
            client.setReceiveBufferSize(64 * 1024);
            client.setSoTimeout(PATIENCE_MILLIS);
            client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            send(client, headers);
            InputStream input = client.getInputStream();
            answer.write(input.readNBytes(50_000));
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(100_000);
            }
            send(client, "");
            // Times out, and fails the test, where the server leaves the client waiting.
            input.transferTo(answer);
        } catch (SocketException e) {
            // Reset: that tells as well.
        }
        return answer.toString(StandardCharsets.ISO_8859_1);
    }

    private static void send(Socket client, String headers) throws IOException {
        client.getOutputStream().write(("GET /shortened.txt HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    }

    private HttpHandler handler() {
        HandlerStrategies strategies = HandlerStrategies.builder().codecs(codecs -> codecs.customCodecs()
                .register(new UringResourceHttpMessageWriter(uring))).build();
        return RouterFunctions.toHttpHandler(RouterFunctions.route()
                .route(RequestPredicates.GET("/{name}"), request -> ServerResponse.ok()
                        .contentType(MediaType.TEXT_PLAIN)
                        .bodyValue(new FileSystemResource(directory.resolve(request.pathVariable("name")))))
                .build(), strategies);
    }

    /** Makes text that compresses, though not to nothing. */
    private static byte[] text() {
        Random random = new Random(3);
        StringBuilder text = new StringBuilder(SIZE);
        while (text.length() < SIZE) {
            text.append(Integer.toHexString(random.nextInt())).append(' ');
        }
        return text.substring(0, SIZE).getBytes(StandardCharsets.US_ASCII);
    }
}
