package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.http.codec.CodecCustomizer;
import org.springframework.core.env.Environment;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.WebClient;

import io.github.reactoruring.UringStats;
import io.github.reactoruring.testing.buffers.NettyLeaks;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Files on their way through several hands: a redirect, a proxy as gateways are, a client that is none of ours. */
@NeedsUring
@ExtendWith(NettyLeaks.class)
class ProxiedTransfersTest {

    private static final Duration LONG = Duration.ofMinutes(2);
    private static final long GIBIBYTE = 1L << 30;
    private static final byte[] CONTENT = UploadServing.content(3_000_017);

    private static TestServer server;
    private static Path directory;

    /** How a client sends, following redirects. */
    enum Connector {
        REACTOR_NETTY, JDK;

        ClientHttpConnector make() {
            return this == JDK
                    ? new JdkClientHttpConnector(
                            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.ALWAYS).build())
                    : new ReactorClientHttpConnector(
                            reactor.netty.http.client.HttpClient.create().followRedirect(true));
        }
    }

    /** Takes bodies, passes them on, and sends them elsewhere. */
    @RestController
    static class Hands {

        private final Environment environment;

        Hands(Environment environment) {
            this.environment = environment;
        }

        /** Tells the length that was announced, what came, and the sum of it. */
        @PutMapping("/sum")
        Mono<String> sum(ServerHttpRequest request) {
            return request.getBody().reduceWith(() -> new long[2], (sums, buffer) -> {
                sums[0] += buffer.readableByteCount();
                byte[] bytes = new byte[buffer.readableByteCount()];
                buffer.read(bytes);
                for (byte each : bytes) {
                    sums[1] += each;
                }
                DataBufferUtils.release(buffer);
                return sums;
            }).map(sums -> request.getHeaders().getContentLength() + " " + sums[0] + " " + sums[1]);
        }

        @PutMapping("/moved")
        ResponseEntity<Void> moved() {
            return ResponseEntity.status(307).location(URI.create("/sum")).build();
        }

        @GetMapping("/proxy/{name}")
        Mono<ResponseEntity<Flux<DataBuffer>>> get(@PathVariable String name) {
            return client(Connector.REACTOR_NETTY).get().uri(own("/annotated/" + name)).retrieve()
                    .toEntityFlux(DataBuffer.class);
        }

        @PutMapping("/proxy")
        Mono<String> put(ServerHttpRequest request) {
            return client(Connector.REACTOR_NETTY).put().uri(own("/sum"))
                    .headers(headers -> headers.setContentLength(request.getHeaders().getContentLength()))
                    .contentType(MediaType.APPLICATION_OCTET_STREAM).body(request.getBody(), DataBuffer.class)
                    .retrieve().bodyToMono(String.class);
        }

        private String own(String path) {
            return "http://127.0.0.1:" + environment.getProperty("local.server.port") + path;
        }
    }

    @BeforeAll
    static void start(@TempDir Path files) throws IOException {
        directory = files;
        Files.write(files.resolve("large.bin"), CONTENT);
        Files.write(files.resolve("empty.bin"), new byte[0]);
        try (RandomAccessFile file = new RandomAccessFile(files.resolve("huge.bin").toFile(), "rw")) {
            file.setLength(GIBIBYTE);
        }
        server = TestServer.start(files, List.of(Hands.class));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void nothingIsInFlight() {
        server.awaitIdle();
    }

    @ParameterizedTest
    @EnumSource
    void aFileIsSentOnceMoreWhereARedirectLeads(Connector connector) {
        for (int i = 0; i < 10; i++) {
            assertThat(upload(client(connector), "/moved", "large.bin")).isEqualTo(sums(CONTENT));
            assertThat(upload(client(connector), "/moved", "empty.bin")).isEqualTo("0 0 0");
        }
    }

    @Test
    void aProxyPassesFilesOnInBothDirections() {
        for (int i = 0; i < 10; i++) {
            HttpResponse<byte[]> download = server.get("/proxy/large.bin");
            assertThat(download.body()).isEqualTo(CONTENT);
            assertThat(FileServing.header(download, "Content-Length")).isEqualTo("3000017");
            assertThat(server.get("/proxy/empty.bin").body()).isEmpty();
            assertThat(upload(client(Connector.JDK), "/proxy", "large.bin")).isEqualTo(sums(CONTENT));
            assertThat(upload(client(Connector.REACTOR_NETTY), "/proxy", "empty.bin")).isEqualTo("0 0 0");
        }
    }

    @Test
    void aRestClientReadsItsFilesItself() {
        RestClient client = RestClient.builder().requestFactory(new JdkClientHttpRequestFactory())
                .baseUrl("http://127.0.0.1:" + server.port()).build();
        server.awaitIdle();
        UringStats before = server.uring().stats();

        String answer = client.put().uri("/sum").body(new FileSystemResource(directory.resolve("large.bin")))
                .retrieve().body(String.class);

        assertThat(answer).isEqualTo(sums(CONTENT));
        assertThat(server.uring().stats().submitted()).isEqualTo(before.submitted());
        byte[] download = client.get().uri("/annotated/large.bin").retrieve().body(byte[].class);
        assertThat(download).isEqualTo(CONTENT);
    }

    @Test
    @Tag("soak")
    void aGibibyteComesDown() throws IOException, InterruptedException {
        for (String path : List.of("/annotated/huge.bin", "/proxy/huge.bin")) {
            try (HttpClient client = HttpClient.newHttpClient()) {
                HttpResponse<InputStream> response = client.send(server.request(path).GET().build(),
                        HttpResponse.BodyHandlers.ofInputStream());
                assertThat(response.headers().firstValueAsLong("Content-Length")).hasValue(GIBIBYTE);
                try (InputStream body = response.body()) {
                    assertThat(body.transferTo(OutputStream.nullOutputStream())).isEqualTo(GIBIBYTE);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    @Tag("soak")
    void aGibibyteGoesUp(Connector connector) {
        assertThat(upload(client(connector), "/sum", "huge.bin")).isEqualTo(GIBIBYTE + " " + GIBIBYTE + " 0");
    }

    private static String upload(WebClient client, String path, String name) {
        Resource file = new FileSystemResource(directory.resolve(name));
        return client.put().uri("http://127.0.0.1:" + server.port() + path).body(BodyInserters.fromResource(file))
                .retrieve().bodyToMono(String.class).block(LONG);
    }

    private static WebClient client(Connector connector) {
        return WebClient.builder().clientConnector(connector.make())
                .codecs(codecs -> server.context().getBeanProvider(CodecCustomizer.class).orderedStream()
                        .forEach(customizer -> customizer.customize(codecs)))
                .build();
    }

    private static String sums(byte[] content) {
        long sum = 0;
        for (byte each : content) {
            sum += each;
        }
        return content.length + " " + content.length + " " + sum;
    }
}
