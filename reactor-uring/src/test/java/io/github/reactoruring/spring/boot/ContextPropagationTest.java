package io.github.reactoruring.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.WebFilter;

import io.github.reactoruring.Uring;
import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.file.FileStat;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.spring.TestServer;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.micrometer.context.ContextRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;

/**
 * Has a value that a filter sets follow the request across the ring's thread, with
 * {@code spring.reactor.context-propagation=auto}.
 */
@NeedsUring
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContextPropagationTest {

    private static final String KEY = "test.user";
    private static final ThreadLocal<String> USER = new ThreadLocal<>();
    /** What was in {@link #USER}, with the thread's name, where it was looked at. */
    private static final Map<String, Queue<String>> SEEN = new ConcurrentHashMap<>();

    private TestServer server;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        Files.write(directory.resolve("large.bin"), new byte[3_000_000]);
        Files.write(directory.resolve("small.txt"), new byte[10]);
        ContextRegistry.getInstance().registerThreadLocalAccessor(KEY, USER);
        server = TestServer.start(directory, List.of(Filters.class, Handlers.class),
                "spring.reactor.context-propagation=auto");
    }

    @AfterAll
    void stop() {
        server.close();
        Hooks.disableAutomaticContextPropagation();
        ContextRegistry.getInstance().removeThreadLocalAccessor(KEY);
    }

    @BeforeEach
    void forget() {
        SEEN.clear();
    }

    private static void look(String where) {
        SEEN.computeIfAbsent(where, any -> new ConcurrentLinkedQueue<>()).add(USER.get() + " on "
                + Thread.currentThread().getName().replaceAll("-\\d+$", ""));
    }

    /** Sets the user, and looks into what is written. */
    @SpringBootConfiguration(proxyBeanMethods = false)
    static class Filters {

        @Bean
        WebFilter user() {
            return (exchange, chain) -> chain
                    .filter(exchange.mutate().response(new Looking(exchange.getResponse())).build())
                    .contextWrite(context -> context.put(KEY,
                            exchange.getRequest().getHeaders().getFirst("User") + ""));
        }
    }

    /** Looks at the user where the body is written, and before the headers are. */
    static final class Looking extends ServerHttpResponseDecorator {

        Looking(ServerHttpResponse response) {
            super(response);
            beforeCommit(() -> Mono.fromRunnable(() -> look("headers")));
        }

        @Override
        public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
            return super.writeWith(body instanceof Mono
                    ? Mono.from(body).doOnNext(buffer -> look("body"))
                    : Flux.from(body).doOnNext(buffer -> look("body")));
        }
    }

    /** Looks behind a source of the ring. */
    @RestController
    static class Handlers {

        private final Path directory;
        private final Uring uring;

        Handlers(@Value("${test.directory}") Path directory, Uring uring) {
            this.directory = directory;
            this.uring = uring;
        }

        @GetMapping("/size/{name}")
        Mono<Long> size(@PathVariable String name) {
            return uring.fileSystem().stat(directory.resolve(name)).doOnNext(stat -> look("operator"))
                    .map(FileStat::sizeBytes);
        }

        /** Writes what an operator makes when it is subscribed to. */
        @PutMapping("/written/{name}")
        Mono<Long> written(@PathVariable String name) {
            Flux<ByteBuffer> content = Flux.defer(() -> {
                look("source");
                return Flux.just(ByteBuffer.allocate(10));
            });
            return uring.files().write(directory.resolve(name), content, WriteOptions.defaults(),
                    BufferReader.byteBuffers());
        }

        @GetMapping("/count/{name}")
        Mono<Long> count(@PathVariable String name) {
            return uring.files().read(directory.resolve(name)).doOnNext(buffer -> look("operator")).count();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/size/large.bin", "/count/large.bin"})
    void operatorsBehindTheRingSeeTheValueOnItsThread(String path) {
        assertThat(server.get(path, "User", "ann").statusCode()).isEqualTo(200);

        assertThat(SEEN.get("operator")).isNotEmpty().containsOnly("ann on uring-spring");
    }

    @Test
    void theSourceOfAWriteIsSubscribedToWithTheValue() {
        assertThat(server.put("/written/new.bin", "User", "ann").statusCode()).isEqualTo(200);

        assertThat(SEEN.get("source")).containsOnly("ann on uring-spring");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/annotated/large.bin", "/annotated/small.txt", "/functional/large.bin",
            "/static/large.bin", "/flux/large.bin"})
    void theWriterSeesItInHeadersAndBody(String path) {
        assertThat(server.get(path, "User", "ann").statusCode()).isEqualTo(200);

        assertThat(SEEN.get("body")).isNotEmpty().allMatch(seen -> seen.startsWith("ann on "))
                .contains("ann on uring-spring");
        assertThat(SEEN.get("headers")).isNotEmpty().allMatch(seen -> seen.startsWith("ann on "));
    }

    @Test
    void eachOfManyRequestsSeesItsOwnAndTheRingsThreadKeepsNone() {
        List<Thread> clients = new java.util.ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String user = "user" + i;
            clients.add(Thread.ofVirtual().start(() -> server.get("/annotated/large.bin", "User", user)));
        }
        Await.until("all answered", () -> clients.stream().noneMatch(Thread::isAlive));
        server.uring().raw().nop().doOnSuccess(done -> look("none")).contextCapture().block();

        assertThat(SEEN.get("body").stream().map(seen -> seen.substring(0, seen.indexOf(' '))).distinct()).hasSize(20);
        assertThat(SEEN.get("body").stream().filter(seen -> seen.startsWith("user7 "))).hasSizeGreaterThan(40);
        assertThat(SEEN.get("none")).containsExactly("null on uring-spring");
    }

    @Test
    void theObservationOfTheRequestsGoesOn() {
        MeterRegistry meters = server.context().getBean(MeterRegistry.class);
        long whole = timed(meters, "/annotated/{name}", "200");
        long parts = timed(meters, "/annotated/{name}", "206");
        long fluxes = timed(meters, "/flux/{name}", "200");
        server.get("/annotated/large.bin");
        server.get("/annotated/large.bin", "Range", "bytes=0-9");
        server.get("/flux/large.bin");

        Await.until("an observation of each", () -> timed(meters, "/annotated/{name}", "200") == whole + 1
                && timed(meters, "/annotated/{name}", "206") == parts + 1
                && timed(meters, "/flux/{name}", "200") == fluxes + 1);
        assertThat(meters.get("reactor.uring.turn").functionTimer().totalTime(TimeUnit.NANOSECONDS)).isPositive();
    }

    private static long timed(MeterRegistry meters, String uri, String status) {
        Timer timer = meters.find("http.server.requests").tags("uri", uri, "status", status).timer();
        return timer == null ? 0 : timer.count();
    }
}
