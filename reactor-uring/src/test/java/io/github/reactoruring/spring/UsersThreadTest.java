package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpStatus;
import org.springframework.http.codec.multipart.FilePart;
import org.springframework.http.codec.multipart.Part;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.server.HandlerStrategies;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.WebExceptionHandler;

import io.github.reactoruring.Uring;
import io.github.reactoruring.internal.engine.LoopThread;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The code of applications never runs on a ring's thread, of which there is one for all, and may block where it may with Spring alone. */
@NeedsUring
class UsersThreadTest {

    private static final byte[] LARGE = UploadServing.content(1_000_000);
    private static final int SLEEPERS = 4;

    private final Uring uring = Uring.builder("users").build();
    private final UringPartHttpMessageReader parts = new UringPartHttpMessageReader(uring);
    private final Queue<String> seen = new ConcurrentLinkedQueue<>();
    private final CountDownLatch sleepers = new CountDownLatch(SLEEPERS);
    private final CountDownLatch awake = new CountDownLatch(1);
    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    Path directory;
    @TempDir
    Path temporary;

    @BeforeEach
    void store() throws Exception {
        parts.setFileStorageDirectory(temporary);
        parts.setMaxInMemorySize(10_000);
        Files.write(directory.resolve("large.bin"), LARGE);
    }

    @AfterEach
    void close() {
        awake.countDown();
        client.close();
        parts.close();
        uring.disposeLater().block();
    }

    @ParameterizedTest
    @EnumSource
    void handlersOfLargePartsAndWhatFollowsThemMayBlock(ServerKind kind) throws Exception {
        try (ServerKind.Running server = kind.start(handler())) {
            HttpResponse<byte[]> response = post(server, "/store").get(10, TimeUnit.SECONDS);

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(directory.resolve("stored")).hasBinaryContent(LARGE);
            assertThat(seen).contains("part", "transferred", "content", "deleted")
                    .noneMatch(each -> each.contains("!"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void handlersThatSleepHoldUpNobodysDownload(ServerKind kind) throws Exception {
        try (ServerKind.Running server = kind.start(handler())) {
            List<CompletableFuture<HttpResponse<byte[]>>> uploads = Stream.generate(() -> post(server, "/sleep"))
                    .limit(SLEEPERS).toList();
            assertThat(sleepers.await(10, TimeUnit.SECONDS)).isTrue();

            assertThat(get(server, "/file/large.bin").body()).isEqualTo(LARGE);
            awake.countDown();
            for (CompletableFuture<HttpResponse<byte[]>> upload : uploads) {
                assertThat(upload.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void exceptionHandlersAndWhatFollowsADownloadAreNotOnTheRing(ServerKind kind) throws Exception {
        try (ServerKind.Running server = kind.start(handler())) {
            assertThat(get(server, "/file/large.bin").body()).isEqualTo(LARGE);
            assertThat(get(server, "/file/none.bin").statusCode()).isEqualTo(404);

            assertThat(seen).contains("sent", "failed").noneMatch(each -> each.contains("!"));
        }
    }

    private void note(String what) {
        seen.add(Thread.currentThread() instanceof LoopThread ? what + "!" : what);
    }

    private HttpHandler handler() {
        WebExceptionHandler handler = (exchange, error) -> {
            note("failed");
            exchange.getResponse().setStatusCode(HttpStatus.NOT_FOUND);
            return exchange.getResponse().setComplete();
        };
        HandlerStrategies strategies = HandlerStrategies.builder().codecs(codecs -> {
            codecs.customCodecs().register(parts);
            codecs.customCodecs().register(new UringResourceHttpMessageWriter(uring));
        }).exceptionHandler(handler)
                .webFilter((exchange, chain) -> chain.filter(exchange).doOnSuccess(done -> note("sent"))).build();
        return RouterFunctions.toHttpHandler(RouterFunctions.route()
                .route(RequestPredicates.POST("/store"), this::store)
                .route(RequestPredicates.POST("/sleep"), this::sleep)
                .route(RequestPredicates.GET("/file/{name}"), request -> ServerResponse.ok()
                        .body(BodyInserters.fromResource(file(request.pathVariable("name")))))
                .build(), strategies);
    }

    private Resource file(String name) {
        return new FileSystemResource(directory.resolve(name));
    }

    private Mono<ServerResponse> store(ServerRequest request) {
        return partsOf(request).concatMap(part -> {
            note("part");
            return ((FilePart) part).transferTo(directory.resolve("stored"))
                    .doOnSuccess(done -> {
                        note("transferred");
                        Mono.delay(Duration.ofMillis(1)).block();
                    })
                    .then(DataBufferUtils.join(part.content().doOnNext(buffer -> note("content"))))
                    .doOnNext(DataBufferUtils::release)
                    .then(part.delete().doOnSuccess(done -> note("deleted")));
        }).then(ServerResponse.ok().build());
    }

    private Mono<ServerResponse> sleep(ServerRequest request) {
        return partsOf(request).concatMap(part -> {
            sleepers.countDown();
            try {
                awake.await();
            } catch (InterruptedException e) {
                return Mono.error(e);
            }
            return part.delete();
        }).then(ServerResponse.ok().build());
    }

    private static Flux<Part> partsOf(ServerRequest request) {
        return request.body(BodyExtractors.toParts());
    }

    private CompletableFuture<HttpResponse<byte[]>> post(ServerKind.Running server, String path) {
        HttpRequest request = request(server, path).header("Content-Type", MultipartBody.CONTENT_TYPE)
                .POST(HttpRequest.BodyPublishers.ofByteArray(new MultipartBody().file("a", "a.bin", LARGE).bytes()))
                .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    private HttpResponse<byte[]> get(ServerKind.Running server, String path) throws Exception {
        return client.sendAsync(request(server, path).build(), HttpResponse.BodyHandlers.ofByteArray())
                .get(10, TimeUnit.SECONDS);
    }

    private static HttpRequest.Builder request(ServerKind.Running server, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    }
}
