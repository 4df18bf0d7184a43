package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Publisher;

import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.Fifo;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.NonBlocking;
import reactor.core.scheduler.Schedulers;

/**
 * Assembles, subscribes to and cancels every source of files on a thread that must not block, under BlockHound, which the
 * whole suite runs under. What the sources emit comes on the ring's thread, and is under it in every test.
 */
@NeedsUring
class NonBlockingCallerTest {

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    private static final Duration LONG = Duration.ofSeconds(20);

    @Test
    void blockHoundWatchesTheThreadsTheseTestsRunOn() throws Exception {
        assertThat(onNonBlockingThread(() -> {
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        })).isInstanceOf(BlockingOperationError.class);
    }

    @Test
    void noSourceBlocksWhoSubscribesOrCancels() throws Exception {
        for (Map.Entry<String, Supplier<Publisher<?>>> each : sources().entrySet()) {
            CompletableFuture<Void> ended = new CompletableFuture<>();
            assertThat(onNonBlockingThread(() -> Flux.from(each.getValue().get()).take(3)
                    .subscribe(value -> close(value), ended::completeExceptionally, () -> ended.complete(null))))
                    .as("%s, subscribed to", each.getKey()).isNull();
            if (!each.getKey().startsWith("endless")) {
                assertThat(ended).as(each.getKey()).succeedsWithin(LONG);
            }
            for (int i = 0; i < 20; i++) {
                assertThat(onNonBlockingThread(() -> Flux.from(each.getValue().get())
                        .subscribe(value -> close(value), error -> {
                        }).dispose())).as("%s, disposed of", each.getKey()).isNull();
            }
        }
        assertThat(onNonBlockingThread(() -> ring.get().dispose())).isNull();
    }

    private static void close(Object value) {
        if (value instanceof UringFile file) {
            file.close().subscribe();
        } else if (value instanceof UringPipe pipe) {
            pipe.source().close().subscribe();
            pipe.sink().close().subscribe();
        }
    }

    private Map<String, Supplier<Publisher<?>>> sources() throws Exception {
        UringFiles files = ring.get().files();
        UringFileSystem system = ring.get().fileSystem();
        Path file = Files.writeString(directory.resolve("file"), "line\n".repeat(50_000));
        Path tree = Files.createDirectories(directory.resolve("tree/below"));
        Path fifo = Fifo.make(directory.resolve("fifo"));
        Path to = directory.resolve("to");
        Flux<ByteBuffer> data = Flux.range(0, 5).map(i -> ByteBuffer.allocate(1000));
        UringFile open = files.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE).block(LONG);
        Map<String, Supplier<Publisher<?>>> sources = new LinkedHashMap<>();
        sources.put("read", () -> files.read(file));
        sources.put("read directly", () -> files.read(file, ReadOptions.defaults().withDirect(true)));
        sources.put("text", () -> files.text(file, StandardCharsets.UTF_8));
        sources.put("lines", () -> files.lines(file));
        sources.put("endless: a FIFO", () -> files.read(fifo));
        sources.put("endless: tail", () -> files.tail(directory.resolve("growing")));
        sources.put("write", () -> files.write(to, data));
        sources.put("replace", () -> files.replace(to, data));
        sources.put("copy", () -> files.copy(file, to, WriteOptions.defaults()));
        sources.put("open", () -> files.open(file));
        if (KernelUnderTest.has(RingFeature.DIRECT_DESCRIPTORS)) {
            sources.put("openDirect", () -> files.openDirect(file));
        }
        sources.put("pipe", files::pipe);
        sources.put("readAt", () -> open.readAt(0, 100));
        sources.put("readEach", () -> open.readEach(Flux.just(0L, 10L), 100, 2));
        sources.put("writeAt", () -> open.writeAt(0, List.of(ByteBuffer.allocate(10), ByteBuffer.allocate(10))));
        sources.put("fsync", open::fsync);
        sources.put("truncate", () -> open.truncate(250_000));
        sources.put("allocate", () -> open.allocate(0, 1000));
        sources.put("size", open::size);
        sources.put("stat", () -> system.stat(file));
        sources.put("exists", () -> system.exists(file));
        sources.put("list", () -> system.list(directory));
        sources.put("walk", () -> system.walk(directory));
        sources.put("createDirectories", () -> system.createDirectories(tree.resolve("a/b")));
        sources.put("endless: watch", () -> system.watch(directory));
        sources.put("deleteRecursively", () -> system.createDirectories(directory.resolve("gone/a"))
                .then(system.deleteRecursively(directory.resolve("gone"))));
        return sources;
    }

    /** Runs it on a thread of Reactor's that must not block; returns what it threw, or null. */
    private static Throwable onNonBlockingThread(Runnable action) throws Exception {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Schedulers.parallel().schedule(() -> {
            assertThat(Thread.currentThread()).isInstanceOf(NonBlocking.class);
            try {
                action.run();
                thrown.complete(null);
            } catch (Throwable t) {
                thrown.complete(t);
            }
        });
        return thrown.get(LONG.toSeconds(), TimeUnit.SECONDS);
    }
}
