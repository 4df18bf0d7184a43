package io.github.reactoruring.samples.benchmarks;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

import io.github.reactoruring.Uring;
import io.github.reactoruring.spring.UringResourceHttpMessageWriter;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.fuse.SlowFile;
import io.github.reactoruring.testing.fuse.SlowFileSystem;
import io.netty.buffer.ByteBufAllocator;

/**
 * Pings a server while 16 downloads wait for a disk that takes 2 seconds for each read: ns of the 99th percentile of the
 * pings. Each way to serve the files has the same kind of server, and its turn.
 */
final class SlowDownloads {

    private static final int DOWNLOADS = 16;
    private static final int FILE_BYTES = 1 << 20;
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final long READ_MILLIS = 2_000;
    /** Long enough for an event loop to be held up more than once. */
    private static final int WINDOW_PER_SETTING = 20;
    private static final int LEAST_READS = 4;
    private static final NettyDataBufferFactory BUFFERS = new NettyDataBufferFactory(ByteBufAllocator.DEFAULT);

    private final long windowMillis;
    private final SlowFileSystem slow;
    private final List<SlowFile> files = new ArrayList<>();
    private final Map<String, Pings> last = new LinkedHashMap<>();

    private SlowDownloads(SlowFileSystem slow, long windowMillis) {
        this.slow = slow;
        this.windowMillis = windowMillis;
        for (int i = 0; i < DOWNLOADS; i++) {
            files.add(slow.file("file" + i, FILE_BYTES));
        }
    }

    static List<Comparison.Row> run(Settings settings) throws Exception {
        String missing = SlowFileSystem.missing();
        if (missing != null) {
            System.out.println("There is no slow disk to be had: " + missing);
            return List.of();
        }
        Uring uring = Uring.builder("slow-downloads").build();
        try (SlowFileSystem slow = SlowFileSystem.mount()) {
            return new SlowDownloads(slow, (long) settings.millis() * WINDOW_PER_SETTING).compare(settings, uring);
        } finally {
            uring.disposeLater().block();
        }
    }

    private List<Comparison.Row> compare(Settings settings, Uring uring) throws Exception {
        try (WebServer ours = WebServer.start(routes(), List.of(new UringResourceHttpMessageWriter(uring)));
                WebServer spring = WebServer.start(routes(), List.of())) {
            List<Comparison.Row> rows = new Comparison("Pings for " + windowMillis + " ms while " + DOWNLOADS
                    + " downloads wait, " + readMillis() + " ms for each read; ns, 99th percentile")
                    .add("no downloads", one -> measure("no downloads", ours, null))
                    .add("UringResourceHttpMessageWriter",
                            one -> measure("UringResourceHttpMessageWriter", ours, "/resource/"))
                    .add("DataBufferUtils.read", one -> measure("DataBufferUtils.read", spring, "/utils/"))
                    .add("Spring's resource writer, sendfile", one -> measure("sendfile", spring, "/resource/"))
                    .run(settings, 1);
            last.forEach((name, pings) -> System.out.println("  " + name + " in the last round: " + pings));
            return rows;
        }
    }

    private Variant.Cost measure(String name, WebServer server, @Nullable String path) throws Exception {
        int port = URI.create(server.url()).getPort();
        int before = arrived();
        files.forEach(file -> file.reads().delay(Duration.ofMillis(readMillis())));
        List<Socket> downloads = path == null ? List.of() : start(port, path);
        if (path != null) {
            Await.until("downloads at their files", () -> arrived() - before >= LEAST_READS);
        }
        Pings pings = Pings.send(port, windowMillis, () -> end(downloads));
        last.put(name, pings);
        // What the disk was asked while it was slow is answered late.
        Await.until(Duration.ofSeconds(60), () -> name + ": reads still to be answered", () -> arrived() == answered());
        return new Variant.Cost(1, pings.quantile(0.99), 0);
    }

    private List<Socket> start(int port, String path) throws IOException {
        List<Socket> downloads = new ArrayList<>();
        for (int i = 0; i < DOWNLOADS; i++) {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.getOutputStream()
                    .write(("GET " + path + "file" + i + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            Thread.ofVirtual().start(() -> {
                try {
                    socket.getInputStream().transferTo(OutputStream.nullOutputStream());
                } catch (IOException e) {
                    // It was closed, at the end.
                }
            });
            downloads.add(socket);
        }
        return downloads;
    }

    private void end(List<Socket> downloads) {
        files.forEach(file -> file.reads().open());
        for (Socket download : downloads) {
            try {
                download.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private long readMillis() {
        return Math.min(READ_MILLIS, windowMillis);
    }

    private int arrived() {
        return files.stream().mapToInt(file -> file.reads().arrived()).sum();
    }

    private int answered() {
        return files.stream().mapToInt(file -> file.reads().answered()).sum();
    }

    private RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .GET("/resource/{name}",
                        request -> ServerResponse.ok().bodyValue(new FileSystemResource(path(request))))
                .GET("/utils/{name}",
                        request -> ServerResponse.ok().body(BodyInserters.fromPublisher(
                                DataBufferUtils.read(path(request), BUFFERS, CHUNK_BYTES), DataBuffer.class)))
                .GET("/ping", request -> ServerResponse.ok().bodyValue("pong"))
                .build();
    }

    private Path path(ServerRequest request) {
        return slow.root().resolve(request.pathVariable("name"));
    }
}
