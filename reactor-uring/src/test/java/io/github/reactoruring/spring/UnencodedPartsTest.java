package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.web.reactive.function.server.HandlerStrategies;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

import io.github.reactoruring.Uring;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.kernel.NeedsUring;

/**
 * Parts of a file on servers that compress on the fly. A range counts the bytes of the file, and a part that is compressed is
 * none of it: whoever resumes a download by it has a broken file.
 */
@NeedsUring
class UnencodedPartsTest {

    private static final byte[] WORDS = "so many words ".repeat(30_000).getBytes(StandardCharsets.US_ASCII);

    private final Uring uring = Uring.builder("parts").build();
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    Path directory;

    @AfterEach
    void nothingIsInFlight() {
        client.close();
        Await.until("an idle ring", () -> uring.stats().inFlight() == 0);
        uring.disposeLater().block();
    }

    @ParameterizedTest
    @EnumSource
    void aPartIsNotCompressedOnTheFlyAndTheWholeComesWhole(ServerKind kind) throws Exception {
        Files.write(directory.resolve("words.txt"), WORDS);
        try (ServerKind.Running server = kind.start(handler())) {
            for (int i = 0; i < 3; i++) {
                assertThat(uncoded(get(server, "words.txt", null), kind)).isEqualTo(WORDS);

                HttpResponse<byte[]> part = get(server, "words.txt", "bytes=100-399999");
                assertThat(part.statusCode()).isEqualTo(206);
                assertThat(part.headers().firstValue("Content-Encoding").orElse("identity")).isEqualTo("identity");
                assertThat(part.headers().firstValue("Content-Length")).hasValue("399900");
                assertThat(part.headers().firstValue("Content-Range")).hasValue("bytes 100-399999/420000");
                assertThat(part.body()).isEqualTo(Arrays.copyOfRange(WORDS, 100, 400_000));

                HttpResponse<byte[]> parts = get(server, "words.txt", "bytes=0-9,1000-300000");
                assertThat(parts.headers().firstValue("Content-Encoding").orElse("identity")).isEqualTo("identity");
                assertThat(parts.headers().firstValue("Content-Length"))
                        .hasValue(Integer.toString(parts.body().length));
            }
        }
    }

    /** What the handler says that the file is encoded as, its parts are too. */
    @ParameterizedTest
    @EnumSource
    void aPartOfWhatIsStoredCompressedSaysSo(ServerKind kind) throws Exception {
        Files.write(directory.resolve("words.txt.br"), WORDS);
        try (ServerKind.Running server = kind.start(handler())) {
            HttpResponse<byte[]> part = get(server, "words.txt.br", "bytes=100-399999");

            assertThat(part.headers().allValues("Content-Encoding")).containsExactly("br");
            assertThat(part.body()).isEqualTo(Arrays.copyOfRange(WORDS, 100, 400_000));
        }
    }

    /** A handler may cut parts itself, of buffers that it reads. */
    @ParameterizedTest
    @EnumSource
    void aPartThatAHandlerCutsIsNotCompressedEither(ServerKind kind) throws Exception {
        Files.write(directory.resolve("words.txt"), WORDS);
        try (ServerKind.Running server = kind.start(handler())) {
            HttpResponse<byte[]> part = get(server, "cut/words.txt", null);

            assertThat(part.statusCode()).isEqualTo(206);
            assertThat(part.headers().firstValue("Content-Encoding").orElse("identity")).isEqualTo("identity");
            assertThat(part.body()).isEqualTo(Arrays.copyOfRange(WORDS, 100, WORDS.length));
        }
    }

    @Test
    void aPartIsNotCompressedUnderHttp2(@TempDir Path files) throws Exception {
        Files.write(files.resolve("words.txt"), WORDS);
        try (TestServer server = TestServer.start(files, "server.http2.enabled=true",
                "server.compression.enabled=true");
                HttpClient http2 = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
            for (int i = 0; i < 3; i++) {
                HttpResponse<byte[]> whole = http2
                        .send(server.request("/annotated/words.txt", "Accept-Encoding", "gzip")
                                .build(), HttpResponse.BodyHandlers.ofByteArray());
                assertThat(whole.headers().firstValue("Content-Encoding")).hasValue("gzip");

                HttpResponse<byte[]> part = http2.send(server.request("/annotated/words.txt", "Accept-Encoding", "gzip",
                        "Range", "bytes=100-399999").build(), HttpResponse.BodyHandlers.ofByteArray());
                assertThat(part.version()).isEqualTo(HttpClient.Version.HTTP_2);
                assertThat(part.statusCode()).isEqualTo(206);
                assertThat(part.headers().firstValue("Content-Encoding")).isEmpty();
                assertThat(part.body()).isEqualTo(Arrays.copyOfRange(WORDS, 100, 400_000));
            }
            server.awaitIdle();
        }
    }

    private HttpResponse<byte[]> get(ServerKind.Running server, String name, @Nullable String range) throws Exception {
        HttpRequest.Builder request = HttpRequest
                .newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/" + name))
                .header("Accept-Encoding", "gzip");
        if (range != null) {
            request.header("Range", range);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private HttpHandler handler() {
        HandlerStrategies strategies = HandlerStrategies.builder().codecs(codecs -> codecs.customCodecs()
                .register(new UringResourceHttpMessageWriter(uring))).codecs(codecs -> codecs.customCodecs()
                        .register(new UringDataBufferHttpMessageWriter(512 * 1024)))
                .build();
        return RouterFunctions.toHttpHandler(RouterFunctions.route()
                .route(RequestPredicates.GET("/cut/{name}"), request -> ServerResponse.status(206)
                        .contentType(MediaType.TEXT_PLAIN).header("Content-Range", "bytes 100-419999/420000")
                        .body(UringDataBuffers.read(uring, new FileSystemResource(directory.resolve("words.txt")), 100,
                                DefaultDataBufferFactory.sharedInstance, 65_536), DataBuffer.class))
                .route(RequestPredicates.GET("/{name}"), request -> {
                    String name = request.pathVariable("name");
                    return ServerResponse.ok().contentType(MediaType.TEXT_PLAIN)
                            .headers(headers -> {
                                if (name.endsWith(".br")) {
                                    headers.set("Content-Encoding", "br");
                                }
                            }).bodyValue(new FileSystemResource(directory.resolve(name)));
                })
                .build(), strategies);
    }

    /** Jetty without servlets would cut off what it compresses: there, the whole file comes as it is. */
    private static byte[] uncoded(HttpResponse<byte[]> whole, ServerKind kind) throws IOException {
        assertThat(whole.statusCode()).isEqualTo(200);
        String coding = whole.headers().firstValue("Content-Encoding").orElse("identity");
        assertThat(coding).isEqualTo(kind == ServerKind.JETTY_CORE ? "identity" : "gzip");
        return coding.equals("gzip")
                ? new GZIPInputStream(new ByteArrayInputStream(whole.body())).readAllBytes()
                : whole.body();
    }
}
