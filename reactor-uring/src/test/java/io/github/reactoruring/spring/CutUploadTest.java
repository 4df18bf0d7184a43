package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.server.HandlerStrategies;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.kernel.NeedsUring;

/** An upload that ends before it is whole, by its server or by its client: nothing of it counts, on every server. */
@NeedsUring
class CutUploadTest {

    private static final int SENT_BYTES = 200_000;
    private static final WriteOptions WHOLE_OR_NOTHING = WriteOptions.defaults()
            .withCreation(WriteOptions.Creation.NEW).withPartial(WriteOptions.Partial.DELETE);

    private final Uring uring = Uring.builder("cut").build();
    /** How the write ended: the number of bytes that it took for all, or an error. */
    private final AtomicReference<@Nullable Object> end = new AtomicReference<>();

    @TempDir
    Path directory;

    @AfterEach
    void nothingIsInFlight() {
        Await.until("an idle ring", () -> uring.stats().inFlight() == 0);
        uring.disposeLater().block();
    }

    /** Who ends the connection. */
    enum Cut {
        SERVER, CLIENT, RESET
    }

    static java.util.stream.Stream<Arguments> cuts() {
        return java.util.Arrays.stream(ServerKind.values()).flatMap(kind -> java.util.Arrays.stream(Cut.values())
                .flatMap(cut -> java.util.stream.Stream.of("Content-Length: 1000000", "Transfer-Encoding: chunked")
                        .map(framing -> Arguments.of(kind, cut, framing))));
    }

    @ParameterizedTest
    @MethodSource("cuts")
    void aCutUploadIsNeverTakenForAWholeOne(ServerKind kind, Cut cut, String framing) throws Exception {
        Path file = directory.resolve("upload.bin");
        try (ServerKind.Running server = kind.start(handler(file));
                Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            sendSome(client, framing);
            Await.until("what was sent, written", () -> file.toFile().length() == SENT_BYTES);
            if (cut == Cut.SERVER) {
                server.close();
                // As at an application's end: Tomcat's requests may have been told nothing by then.
                uring.disposeLater().block();
            } else if (cut == Cut.CLIENT) {
                client.close();
            } else {
                client.setSoLinger(true, 0);
                client.close();
            }
            Await.until("the end of the write", () -> end.get() != null);
        }
        assertThat(end.get()).isNotInstanceOf(Long.class);
        Await.until("no file", () -> !Files.exists(file));
    }

    private static void sendSome(Socket client, String framing) throws IOException {
        client.getOutputStream().write(("PUT /upload HTTP/1.1\r\nHost: x\r\n" + framing + "\r\n\r\n"
                + (framing.contains("chunked") ? Integer.toHexString(SENT_BYTES) + "\r\n" : ""))
                .getBytes(StandardCharsets.US_ASCII));
        client.getOutputStream().write(new byte[SENT_BYTES]);
        client.getOutputStream().flush();
    }

    private HttpHandler handler(Path file) {
        return new WholeBodyDecorator().apply(RouterFunctions.toHttpHandler(RouterFunctions.route()
                .route(RequestPredicates.PUT("/upload"), request -> UringDataBuffers
                        .write(uring, request.body(BodyExtractors.toDataBuffers()), file, WHOLE_OR_NOTHING)
                        .doOnSuccess(end::set).doOnError(end::set).doOnCancel(() -> end.set("cancelled"))
                        .flatMap(bytes -> ServerResponse.ok().build()))
                .build(), HandlerStrategies.withDefaults()));
    }
}
