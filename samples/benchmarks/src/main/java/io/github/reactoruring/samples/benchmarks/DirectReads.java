package io.github.reactoruring.samples.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

import io.github.reactoruring.Uring;
import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.buffer.RegisteredBuffer;
import io.github.reactoruring.buffer.RegisteredBuffers;
import io.github.reactoruring.file.UringFile;
import reactor.core.publisher.Flux;

/** Reads 4 KiB at random positions past the page cache (O_DIRECT), 128 reads in flight. */
final class DirectReads {

    private static final int BYTES = 4096;
    private static final int IN_FLIGHT = 128;

    private final Path path;
    private final long blocks;

    private DirectReads(Path path, long fileBytes) {
        this.path = path;
        blocks = fileBytes / BYTES;
    }

    static List<Comparison.Row> run(Settings settings) throws Exception {
        try (CachedFile file = CachedFile.create(settings.fileMiB())) {
            file.writeBack();
            return new DirectReads(file.path(), file.sizeBytes()).compare(settings);
        }
    }

    private List<Comparison.Row> compare(Settings settings) throws Exception {
        OpenOption[] options = {StandardOpenOption.READ, direct()};
        Uring uring = Uring.builder("direct").build();
        try (FileChannel channel = FileChannel.open(path, options)) {
            UringFile file = Await.value(uring.files().open(path, options));
            RegisteredBuffers pool = Await.value(uring.files().registerBuffers(2 * IN_FLIGHT, BYTES));
            BufferFactory<ByteBuffer> aligned = BufferFactory.aligned(BYTES);
            Comparison comparison = new Comparison("4 KiB random reads past the page cache, 128 in flight");
            if (Tool.has("fio")) {
                comparison.add("fio, io_uring", Fio.randomDirectReads(path, BYTES, IN_FLIGHT))
                        .add("fio, io_uring, registered buffers",
                                Fio.randomDirectReads(path, BYTES, IN_FLIGHT, "--fixedbufs"));
            }
            List<Comparison.Row> rows = comparison
                    .add("UringFile.readEach, registered buffers", Variant.timed(n -> count(
                            file.readEach(positions(n), BYTES, IN_FLIGHT, pool).doOnNext(RegisteredBuffer::release))))
                    .add("UringFile.readEach, aligned buffers", Variant.timed(n -> count(
                            file.readEach(positions(n), BYTES, IN_FLIGHT, aligned))))
                    .add("128 threads over FileChannel", Variant.timed(n -> threads(n, channel)))
                    .run(settings);
            file.close().block();
            pool.close().block();
            return rows;
        } finally {
            uring.disposeLater().block();
        }
    }

    /** Returns ExtendedOpenOption.DIRECT; to name it is a warning, since it is of jdk.unsupported. */
    private static OpenOption direct() throws ReflectiveOperationException {
        return (OpenOption) Class.forName("com.sun.nio.file.ExtendedOpenOption").getField("DIRECT").get(null);
    }

    private Flux<Long> positions(long n) {
        SplittableRandom random = new SplittableRandom(1);
        return Flux.range(0, (int) n).map(i -> random.nextLong(blocks) * BYTES);
    }

    private static long count(Flux<?> reads) {
        return Await.value(reads.count());
    }

    private long threads(long n, FileChannel channel) throws InterruptedException {
        AtomicLong next = new AtomicLong();
        CountDownLatch running = new CountDownLatch(IN_FLIGHT);
        for (int i = 0; i < IN_FLIGHT; i++) {
            SplittableRandom random = new SplittableRandom(i);
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    ByteBuffer buffer = ByteBuffer.allocateDirect(2 * BYTES).alignedSlice(BYTES).limit(BYTES);
                    while (next.getAndIncrement() < n) {
                        channel.read(buffer.position(0), random.nextLong(blocks) * BYTES);
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                } finally {
                    running.countDown();
                }
            });
        }
        running.await();
        return n;
    }
}
