package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.http.codec.CodecCustomizer;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.MultipartBodyBuilder;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.http.codec.ClientCodecConfigurer;
import org.springframework.http.codec.CodecConfigurer;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.WebClient;

import io.github.reactoruring.testing.buffers.NettyLeaks;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What an application's own clients send, whose codecs Spring Boot sets up as it does the server's. */
@NeedsUring
@ExtendWith(NettyLeaks.class)
class ClientUploadsTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int ROUNDS = 20;
    private static final byte[] LARGE = UploadServing.content(3_000_017);
    private static final byte[] SMALL = UploadServing.content(10);

    private static TestServer server;
    private static Path directory;

    /** How a client sends. */
    enum Connector {
        REACTOR_NETTY, JDK;

        ClientHttpConnector make() {
            return this == JDK ? new JdkClientHttpConnector() : new ReactorClientHttpConnector();
        }
    }

    /** Answers with a body of several parts, one of which is a file. */
    @RestController
    static class Mixed {

        /** Tells the length that was announced, and what came. */
        @PutMapping("/digest")
        Mono<String> digest(ServerHttpRequest request) {
            return DataBufferUtils.join(request.getBody()).map(body -> {
                byte[] bytes = new byte[body.readableByteCount()];
                body.read(bytes);
                DataBufferUtils.release(body);
                return bytes;
            }).defaultIfEmpty(new byte[0])
                    .map(body -> request.getHeaders().getContentLength() + " " + UploadEndpoints.sha256(body));
        }

        private final AtomicInteger tries = new AtomicInteger();

        /** Fails each first time, when it has read the body. */
        @PutMapping("/flaky")
        Mono<ResponseEntity<String>> flaky(@RequestBody byte[] body) {
            return Mono.just(tries.getAndIncrement() % 2 == 0
                    ? ResponseEntity.status(503).build()
                    : ResponseEntity.ok(UploadEndpoints.sha256(body)));
        }

        @GetMapping(value = "/mixed", produces = MediaType.MULTIPART_MIXED_VALUE)
        org.springframework.util.MultiValueMap<String, org.springframework.http.HttpEntity<?>> mixed() {
            MultipartBodyBuilder parts = new MultipartBodyBuilder();
            parts.part("title", "x");
            parts.part("file", new FileSystemResource(directory.resolve("large.bin")));
            return parts.build();
        }
    }

    @BeforeAll
    static void start(@TempDir Path stored, @TempDir Path temporary) throws IOException {
        directory = stored;
        Files.write(stored.resolve("large.bin"), LARGE);
        Files.write(stored.resolve("small.bin"), SMALL);
        Files.write(stored.resolve("empty.bin"), new byte[0]);
        server = TestServer.start(stored, java.util.List.of(Mixed.class), settings(temporary));
    }

    private static String[] settings(Path temporary) {
        return Stream.concat(Stream.of(UploadServing.settings(temporary)),
                Stream.of("spring.http.codecs.max-in-memory-size=10MB")).toArray(String[]::new);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void partsThatAreFilesArrive(Connector connector) {
        WebClient client = client(connector);
        for (int i = 0; i < ROUNDS; i++) {
            MultipartBodyBuilder parts = new MultipartBodyBuilder();
            parts.part("title", "x");
            parts.part("large", new FileSystemResource(directory.resolve("large.bin")));
            parts.part("small", new FileSystemResource(directory.resolve("small.bin")));
            parts.part("empty", new FileSystemResource(directory.resolve("empty.bin")));

            String answer = client.post().uri("/multipart/collected")
                    .body(BodyInserters.fromMultipartData(parts.build()))
                    .retrieve().bodyToMono(String.class).block(LONG);

            assertThat(answer).contains("large is file large.bin, " + UploadEndpoints.sha256(LARGE),
                    "small is file small.bin, " + UploadEndpoints.sha256(SMALL),
                    "empty is file empty.bin, " + UploadEndpoints.sha256(new byte[0]));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFileArrivesAsABody(Connector connector) {
        WebClient client = client(connector);
        for (Map.Entry<String, byte[]> sent : Map.of("large.bin", LARGE, "small.bin", SMALL, "empty.bin", new byte[0])
                .entrySet()) {
            for (int i = 0; i < ROUNDS; i++) {
                String answer = client.put().uri("/digest")
                        .body(BodyInserters.fromResource(new FileSystemResource(directory.resolve(sent.getKey()))))
                        .retrieve().bodyToMono(String.class).block(LONG);
                assertThat(answer).isEqualTo(sent.getValue().length + " " + UploadEndpoints.sha256(sent.getValue()));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void buffersArrive(Connector connector) {
        WebClient client = client(connector);
        for (int i = 0; i < ROUNDS; i++) {
            Flux<DataBuffer> content = UringDataBuffers.read(server.uring(), directory.resolve("large.bin"),
                    DefaultDataBufferFactory.sharedInstance, 65_536);
            client.put().uri("/files/buffers").contentType(MediaType.APPLICATION_OCTET_STREAM)
                    .body(i % 2 == 0 ? content : content.map(buffer -> buffer), DataBuffer.class)
                    .retrieve().toBodilessEntity().block(LONG);
            assertThat(directory.resolve("buffers")).hasBinaryContent(LARGE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFileIsReadAgainForARetry(Connector connector) {
        String answer = client(connector).put().uri("/flaky")
                .body(BodyInserters.fromResource(new FileSystemResource(directory.resolve("large.bin"))))
                .retrieve().bodyToMono(String.class).retry(1).block(LONG);
        assertThat(answer).isEqualTo(UploadEndpoints.sha256(LARGE));
    }

    @Test
    void anAnswerOfSeveralPartsHasItsFile() {
        byte[] answer = server.get("/mixed").body();
        assertThat(new String(answer, java.nio.charset.StandardCharsets.ISO_8859_1))
                .contains(new String(LARGE, java.nio.charset.StandardCharsets.ISO_8859_1))
                .endsWith("--\r\n");
    }

    /** Its messages store their bodies, which are read when the handler is done. */
    @Test
    void aMockServerAnswersWithWholeFiles() {
        FileApplication.Files endpoints = server.context().getBean(FileApplication.Files.class);
        WebTestClient client = WebTestClient.bindToController(endpoints)
                .httpMessageCodecs(ClientUploadsTest.<ServerCodecConfigurer>customize())
                .configureClient().codecs(ClientUploadsTest.<ClientCodecConfigurer>customize())
                .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(-1))
                .responseTimeout(LONG).build();

        for (int i = 0; i < ROUNDS; i++) {
            client.get().uri("/annotated/large.bin").exchange().expectBody().consumeWith(
                    result -> assertThat(result.getResponseBody()).isEqualTo(LARGE));
            client.get().uri("/flux/large.bin").exchange().expectBody().consumeWith(
                    result -> assertThat(result.getResponseBody()).isEqualTo(LARGE));
            client.get().uri("/annotated/large.bin").header("Range", "bytes=5-14,1000000-1999999").exchange()
                    .expectStatus().isEqualTo(206).expectBody().consumeWith(
                            result -> assertThat(result.getResponseBody()).hasSizeGreaterThan(1_000_010));
            client.put().uri("/files/mock").contentType(MediaType.APPLICATION_OCTET_STREAM)
                    .body(BodyInserters.fromResource(new FileSystemResource(directory.resolve("large.bin"))))
                    .exchange().expectStatus().isOk();
            assertThat(directory.resolve("mock")).hasBinaryContent(LARGE);
        }
    }

    private static WebClient client(Connector connector) {
        return WebClient.builder().clientConnector(connector.make()).baseUrl("http://127.0.0.1:" + server.port())
                .codecs(ClientUploadsTest.<ClientCodecConfigurer>customize()).build();
    }

    private static <C extends CodecConfigurer> Consumer<C> customize() {
        return codecs -> server.context().getBeanProvider(CodecCustomizer.class).orderedStream()
                .forEach(customizer -> customizer.customize(codecs));
    }
}
