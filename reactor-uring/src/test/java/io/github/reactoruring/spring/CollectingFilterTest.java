package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.buffers.NettyLeaks;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.netty.buffer.PooledByteBufAllocator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Filters that keep what they get: they get all of it, while a client that does not read still is held to the bound. */
@NeedsUring
@ExtendWith(NettyLeaks.class)
class CollectingFilterTest {

    private static final byte[] CONTENT = UploadServing.content(5_000_003);

    private static TestServer server;
    private static PooledByteBufAllocator memory;

    /** Does to the body what the request's header says. */
    @Component
    static class Collecting implements WebFilter {

        @Override
        public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
            String how = exchange.getRequest().getHeaders().getFirst("X-Collect");
            return how == null
                    ? chain.filter(exchange)
                    : chain.filter(exchange.mutate().response(new Decorated(exchange.getResponse(), how)).build());
        }
    }

    private static final class Decorated extends ServerHttpResponseDecorator {

        private final String how;

        Decorated(ServerHttpResponse response, String how) {
            super(response);
            this.how = how;
        }

        @Override
        public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
            Flux<DataBuffer> content = Flux.from(body);
            if (how.equals("refuse")) {
                return content.doOnNext(DataBufferUtils::release)
                        .then(Mono.error(new ResponseStatusException(HttpStatus.CONFLICT)));
            }
            if (how.equals("sign")) {
                return DataBufferUtils.join(content).map(Decorated::copied)
                        .defaultIfEmpty(DefaultDataBufferFactory.sharedInstance.wrap(new byte[0])).flatMap(joined -> {
                            getHeaders().set("X-Length", Integer.toString(joined.readableByteCount()));
                            return getDelegate().writeWith(Mono.just(joined));
                        });
            }
            return getDelegate().writeWith(switch (how) {
                case "join" -> DataBufferUtils.join(content);
                case "cache" -> content.map(Decorated::copied).cache();
                case "collectList" -> content.collectList().flatMapIterable(list -> list);
                case "buffer" -> content.buffer(20).concatMapIterable(list -> list);
                case "bufferOdd" -> content.buffer(7).concatMapIterable(list -> list);
                case "window" -> content.window(30).concatMap(Flux::collectList).concatMapIterable(list -> list);
                case "zip" -> content.zipWith(Flux.range(0, 1_000_000), (buffer, i) -> buffer);
                case "publishOn" -> content.publishOn(Schedulers.parallel(), 64);
                case "delayElements" -> content.delayElements(Duration.ofMillis(1));
                case "pass" -> content.doOnNext(buffer -> {
                });
                default -> throw new IllegalArgumentException(how);
            });
        }

        private static DataBuffer copied(DataBuffer buffer) {
            byte[] bytes = new byte[buffer.readableByteCount()];
            buffer.read(bytes);
            DataBufferUtils.release(buffer);
            return DefaultDataBufferFactory.sharedInstance.wrap(bytes);
        }
    }

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        Files.write(directory.resolve("large.bin"), CONTENT);
        Files.write(directory.resolve("huge.bin"), new byte[60_000_000]);
        Files.write(directory.resolve("small.bin"), new byte[10]);
        Files.write(directory.resolve("empty.bin"), new byte[0]);
        server = TestServer.start(directory, List.of(Collecting.class, PooledServer.class)).withFreshConnections();
        memory = server.context().getBean(PooledByteBufAllocator.class);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"join", "cache", "collectList", "buffer", "bufferOdd", "window", "zip", "publishOn",
            "delayElements", "pass"})
    void whoCollectsTheBodyGetsAllOfIt(String how) {
        for (String endpoint : List.of("annotated", "static", "flux")) {
            HttpResponse<byte[]> whole = server.get("/" + endpoint + "/large.bin", "X-Collect", how);
            assertThat(whole.statusCode()).isEqualTo(200);
            assertThat(whole.body()).isEqualTo(CONTENT);
        }
        HttpResponse<byte[]> range = server.get("/annotated/large.bin", "X-Collect", how, "Range", "bytes=100-3000000");
        assertThat(range.body()).hasSize(2_999_901);
        HttpResponse<byte[]> ranges = server.get("/annotated/large.bin", "X-Collect", how,
                "Range", "bytes=0-9,100-3000000");
        assertThat(ranges.body()).hasSizeGreaterThan(2_999_911);
        Await.until("all memory back", () -> memory.pinnedDirectMemory() == 0);
    }

    /** A filter may refuse a body, sign it, or put one around it: it has to be asked, for no bytes too, and for HEAD. */
    @Test
    void aFilterSeesTheBodyOfAnEmptyFileAndThatOfHead() {
        for (String name : List.of("empty.bin", "small.bin", "large.bin")) {
            assertThat(server.get("/annotated/" + name, "X-Collect", "refuse").statusCode()).isEqualTo(409);
            assertThat(server.head("/annotated/" + name, "X-Collect", "refuse").statusCode()).isEqualTo(409);
            String signed = server.get("/annotated/" + name, "X-Collect", "sign").headers()
                    .firstValue("X-Length").orElseThrow();
            assertThat(server.head("/annotated/" + name, "X-Collect", "sign").headers().firstValue("X-Length"))
                    .hasValue(signed);
        }
    }

    /** 512 KiB, and what the socket has taken; without the bound it would be 127 chunks of 64 KiB. */
    @Test
    void aClientThatDoesNotReadIsHeldToTheBoundWithAFilterInBetweenOrWithout() throws IOException {
        for (String header : List.of("", "X-Collect: pass\r\n")) {
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                client.getOutputStream().write(("GET /annotated/huge.bin HTTP/1.1\r\nHost: x\r\n" + header + "\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                InputStream input = client.getInputStream();
                assertThat(input.readNBytes(100)).hasSize(100);
                awaitQuiet();
                assertThat(memory.pinnedDirectMemory()).isLessThan(1_200_000);
            }
            Await.until("all memory back", () -> memory.pinnedDirectMemory() == 0);
        }
    }

    /** Waits until the response has stalled: in some time of looking nothing was submitted. */
    private static void awaitQuiet() {
        long[] before = {-1};
        int[] same = {0};
        Await.until("a stalled response", () -> {
            long submitted = server.uring().stats().submitted();
            same[0] = submitted == before[0] ? same[0] + 1 : 0;
            before[0] = submitted;
            return same[0] == 2_000;
        });
    }
}
