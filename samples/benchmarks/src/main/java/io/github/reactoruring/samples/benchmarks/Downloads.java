package io.github.reactoruring.samples.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.codec.HttpMessageWriter;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

import io.github.reactoruring.Uring;
import io.github.reactoruring.spring.UringDataBufferHttpMessageWriter;
import io.github.reactoruring.spring.UringDataBuffers;
import io.github.reactoruring.spring.UringResourceHttpMessageWriter;
import io.netty.buffer.ByteBufAllocator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Downloads files from WebFlux by wrk: the library beside what Spring does by itself. */
final class Downloads {

    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int MAX_IN_FLIGHT_BYTES = 512 * 1024;
    private static final NettyDataBufferFactory BUFFERS = new NettyDataBufferFactory(ByteBufAllocator.DEFAULT);

    private final Path path;
    private final Uring uring;

    private Downloads(Path path, Uring uring) {
        this.path = path;
        this.uring = uring;
    }

    static List<Comparison.Row> run(Settings settings) throws Exception {
        List<Comparison.Row> rows = new ArrayList<>();
        if (!Tool.has("wrk")) {
            return rows;
        }
        Uring uring = Uring.builder("downloads").build();
        try {
            for (int kibibytes : new int[]{64, 1024}) {
                Path file = Files.createTempFile("reactor-uring-bench", ".bin");
                try {
                    Files.write(file, new byte[kibibytes * 1024]);
                    rows.addAll(new Downloads(file, uring).compare(settings, kibibytes));
                } finally {
                    Files.delete(file);
                }
            }
        } finally {
            uring.disposeLater().block();
        }
        return rows;
    }

    private List<Comparison.Row> compare(Settings settings, int kibibytes) throws Exception {
        Path keys = Files.createTempDirectory("reactor-uring-bench");
        List<HttpMessageWriter<?>> ours = List.of(
                new UringResourceHttpMessageWriter(uring, CHUNK_BYTES, MAX_IN_FLIGHT_BYTES),
                new UringDataBufferHttpMessageWriter(MAX_IN_FLIGHT_BYTES));
        var certificate = WebServer.certificate(keys);
        List<Comparison.Row> rows = new ArrayList<>();
        try (WebServer plain = WebServer.start(routes(), ours);
                WebServer spring = WebServer.start(routes(), List.of());
                WebServer tls = WebServer.start(routes(), ours, certificate);
                WebServer springTls = WebServer.start(routes(), List.of(), certificate)) {
            rows.addAll(compare(settings, kibibytes + " KiB, plain", plain, spring, "sendfile"));
            rows.addAll(compare(settings, kibibytes + " KiB, TLS", tls, springTls, "by chunks"));
        } finally {
            Files.delete(keys.resolve("keys.p12"));
            Files.delete(keys);
        }
        return rows;
    }

    private static List<Comparison.Row> compare(Settings settings, String title, WebServer ours, WebServer spring,
            String means) throws Exception {
        int millis = settings.millis();
        return new Comparison("Downloads of " + title + ", 64 connections; ns for each request")
                .add("Spring's resource writer, " + means, Wrk.requests(spring.url() + "/resource", millis))
                .add("UringResourceHttpMessageWriter", Wrk.requests(ours.url() + "/resource", millis))
                .add("DataBufferUtils.read", Wrk.requests(spring.url() + "/utils", millis))
                .add("UringDataBuffers.read", Wrk.requests(ours.url() + "/ring", millis))
                .add("no file: a ping", Wrk.requests(ours.url() + "/ping", millis))
                .run(settings, 1);
    }

    private RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .GET("/resource", request -> ServerResponse.ok().bodyValue(new FileSystemResource(path)))
                .GET("/utils", request -> body(DataBufferUtils.read(path, BUFFERS, CHUNK_BYTES)))
                .GET("/ring", request -> body(UringDataBuffers.read(uring, path, BUFFERS, CHUNK_BYTES)))
                .GET("/ping", request -> ServerResponse.ok().bodyValue("pong"))
                .build();
    }

    private static Mono<ServerResponse> body(Flux<DataBuffer> content) {
        return ServerResponse.ok().body(BodyInserters.fromPublisher(content, DataBuffer.class));
    }
}
