package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.MediaType;
import org.springframework.http.ZeroCopyHttpOutputMessage;
import org.springframework.http.codec.HttpMessageWriter;
import org.springframework.http.codec.ResourceHttpMessageWriter;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.reactive.function.BodyInserter;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;

import io.github.reactoruring.testing.Await;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Bodies that are not the library's own: none outlives its exchange, wherever the client leaves. */
class BodyEndingFilterTest {

    private static final int ABORTS_OF_EACH_KIND = 1_000;
    private static final int CLIENTS = 12;
    /** A few of which fill a server's buffer. */
    private static final int SOME = 3_000;
    private static final Duration OFTEN = Duration.ofMillis(1);

    /** Of threads that may block: a servlet container's locks are waited for by who writes. */
    private static final Scheduler TIME = Schedulers.fromExecutorService(Executors.newScheduledThreadPool(2));

    private final AtomicInteger alive = new AtomicInteger();
    private final AtomicInteger begun = new AtomicInteger();
    private final Random random = new Random(8);

    @AfterAll
    static void stopTime() {
        TIME.dispose();
    }

    @ParameterizedTest
    @EnumSource
    void everyBodyEndsWithItsExchange(ServerKind kind) throws Exception {
        try (ServerKind.Running server = kind.start(handler())) {
            for (String path : paths(kind)) {
                begun.set(0);
                Flux.range(0, ABORTS_OF_EACH_KIND).flatMap(i -> Mono.fromCallable(() -> abort(server.port(), path))
                        .subscribeOn(Schedulers.boundedElastic()), CLIENTS).blockLast();
                Await.until(Duration.ofSeconds(20), () -> alive.get() + " of " + begun + " bodies of " + path + " end",
                        () -> alive.get() == 0);
                assertThat(begun.get()).as("bodies of %s that were read at all", path).isPositive();
            }
        }
    }

    /** On Tomcat one in some thousand nested bodies stops for a minute, with Spring (7.0.8) alone too. */
    private static List<String> paths(ServerKind kind) {
        List<String> paths = List.of("/bytes", "/lines", "/events", "/json", "/nested");
        return kind == ServerKind.TOMCAT ? paths.subList(0, 4) : paths;
    }

    /** A response that stores its body, as that of a mock server does, has it read when the exchange is over. */
    @Test
    void aBodyThatIsStoredIsReadLater() {
        MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));
        MockServerHttpResponse response = exchange.getResponse();
        List<Flux<DataBuffer>> bodies = new ArrayList<>();
        response.setWriteHandler(body -> {
            bodies.add(body);
            return Mono.empty();
        });
        new BodyEndingFilter().filter(exchange, decorated -> decorated.getResponse().writeWith(Flux.just("a", "b")
                .map(text -> DefaultDataBufferFactory.sharedInstance.wrap(text.getBytes())))).block();

        assertThat(bodies.get(0).map(buffer -> buffer.toString(StandardCharsets.US_ASCII)).collectList().block())
                .containsExactly("a", "b");
    }

    @Test
    void aFailedExchangeEndsWhatIsReadForIt() {
        MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));
        exchange.getResponse().setWriteHandler(body -> {
            body.subscribe();
            return Mono.error(new IOException("the client is gone"));
        });
        Mono<Void> end = new BodyEndingFilter().filter(exchange,
                decorated -> decorated.getResponse().writeWith(counted().map(number -> buffer("x"))));

        assertThat(end.onErrorResume(IOException.class, e -> Mono.empty()).blockOptional()).isEmpty();
        assertThat(begun.get()).isPositive();
        assertThat(alive.get()).isZero();
    }

    /** Spring's own way to send a file, where there is no ring. */
    @Test
    void aResponseThatSendsFilesWithoutACopyStillDoes() throws Exception {
        Path file = Path.of("pom.xml").toAbsolutePath();
        boolean[] zeroCopy = new boolean[1];
        HttpHandler handler = WebHttpHandlerBuilder.webHandler(exchange -> {
            zeroCopy[0] = exchange.getResponse() instanceof ZeroCopyHttpOutputMessage;
            return BodyInserters.fromResource(new FileSystemResource(file)).insert(exchange.getResponse(), context());
        }).filter(new BodyEndingFilter()).build();
        try (ServerKind.Running server = ServerKind.REACTOR_NETTY.start(handler);
                Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            client.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".getBytes());
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .endsWith(Files.readString(file));
            assertThat(zeroCopy[0]).isTrue();
        }
    }

    private HttpHandler handler() {
        return WebHttpHandlerBuilder.webHandler(RouterFunctions.toWebHandler(RouterFunctions.route()
                .route(RequestPredicates.path("/bytes"), request -> ServerResponse.ok()
                        .contentType(MediaType.APPLICATION_OCTET_STREAM)
                        .body(counted().map(number -> ByteBuffer.wrap(new byte[SOME])), ByteBuffer.class))
                .route(RequestPredicates.path("/lines"), request -> ServerResponse.ok()
                        .contentType(MediaType.TEXT_PLAIN)
                        .body(counted().map(number -> "x".repeat(SOME) + "\n"), String.class))
                .route(RequestPredicates.path("/events"), request -> ServerResponse.ok()
                        .contentType(MediaType.TEXT_EVENT_STREAM)
                        .body(counted().map(String::valueOf), String.class))
                .route(RequestPredicates.path("/json"), request -> ServerResponse.ok()
                        .contentType(MediaType.APPLICATION_NDJSON)
                        .body(counted().map(number -> Map.of("number", number)), Map.class))
                .route(RequestPredicates.path("/nested"), request -> ServerResponse.ok()
                        .build((exchange, context) -> exchange.getResponse().writeAndFlushWith(
                                counted().map(number -> counted().take(5).map(inner -> buffer("x"))))))
                .build())).filter(new BodyEndingFilter()).build();
    }

    /** A source that never ends by itself, some of whose subscriptions take a moment to bring something. */
    private Flux<Long> counted() {
        return Flux.interval(random.nextBoolean() ? Duration.ZERO : OFTEN, OFTEN, TIME).onBackpressureDrop()
                .doOnSubscribe(subscription -> {
                    begun.incrementAndGet();
                    alive.incrementAndGet();
                }).doFinally(signal -> alive.decrementAndGet());
    }

    private static DataBuffer buffer(String text) {
        return DefaultDataBufferFactory.sharedInstance.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    private boolean abort(int port, String path) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoLinger(true, random.nextInt(4) == 0 ? 1 : 0);
            client.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes());
            if (random.nextBoolean()) {
                client.getInputStream().readNBytes(random.nextInt(200));
            }
            return true;
        }
    }

    private static BodyInserter.Context context() {
        return new BodyInserter.Context() {
            @Override
            public List<HttpMessageWriter<?>> messageWriters() {
                return List.of(new ResourceHttpMessageWriter());
            }

            @Override
            public Optional<ServerHttpRequest> serverRequest() {
                return Optional.empty();
            }

            @Override
            public Map<String, Object> hints() {
                return Map.of();
            }
        };
    }
}
