package io.github.reactoruring.samples.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.netty.NettyBuffers;
import io.netty.buffer.ByteBuf;
import reactor.core.publisher.Flux;

/** Reads a file that is in the page cache from one end to the other. */
final class SequentialReads {

    private SequentialReads() {
    }

    static List<Comparison.Row> run(Settings settings) throws Exception {
        List<Comparison.Row> rows = new ArrayList<>();
        Uring uring = Uring.builder("sequential").build();
        try (CachedFile file = CachedFile.create(settings.fileMiB())) {
            for (int chunkBytes : new int[]{64 * 1024, 4 * 1024}) {
                rows.addAll(compare(settings, uring, file, chunkBytes));
            }
        } finally {
            uring.disposeLater().block();
        }
        return rows;
    }

    private static List<Comparison.Row> compare(Settings settings, Uring uring, CachedFile file, int chunkBytes)
            throws Exception {
        ReadOptions options = ReadOptions.defaults().withChunkBytes(chunkBytes);
        DefaultDataBufferFactory factory = new DefaultDataBufferFactory();
        return new Comparison(settings.fileMiB() + " MiB from the page cache in order, chunks of " + chunkBytes / 1024
                + " KiB; ns for each chunk")
                .add("FileChannel loop, a heap buffer each",
                        Variant.timed(n -> loop(n, file, chunkBytes, ByteBuffer::allocate)))
                .add("FileChannel loop, one direct buffer", Variant.timed(n -> {
                    ByteBuffer buffer = ByteBuffer.allocateDirect(chunkBytes);
                    return loop(n, file, chunkBytes, size -> buffer.clear());
                }))
                .add("files().read, heap buffers", Variant.timed(n -> passes(n, file, chunkBytes,
                        () -> bytes(uring.files().read(file.path(), options).map(ByteBuffer::remaining)))))
                .add("files().read, Netty's pooled buffers", Variant.timed(n -> passes(n, file, chunkBytes,
                        () -> bytes(uring.files().read(file.path(), options, NettyBuffers.pooled())
                                .map(SequentialReads::sizeOf)))))
                .add("DataBufferUtils.read", Variant.timed(n -> passes(n, file, chunkBytes,
                        () -> bytes(DataBufferUtils.read(file.path(), factory, chunkBytes)
                                .map(DataBuffer::readableByteCount)))))
                .run(settings);
    }

    private interface Pass {

        /** Reads the file once; returns how many bytes it got. */
        long read() throws IOException;
    }

    private interface Allocator {

        ByteBuffer allocate(int bytes);
    }

    private static long passes(long chunks, CachedFile file, int chunkBytes, Pass pass) throws IOException {
        long chunksPerPass = file.sizeBytes() / chunkBytes;
        long done = 0;
        do {
            long bytes = pass.read();
            if (bytes != file.sizeBytes()) {
                throw new IllegalStateException("Read " + bytes + " bytes of " + file.sizeBytes());
            }
            done += chunksPerPass;
        } while (done < chunks);
        return done;
    }

    private static int sizeOf(ByteBuf buffer) {
        int size = buffer.readableBytes();
        buffer.release();
        return size;
    }

    private static long bytes(Flux<Integer> sizes) {
        return Await.value(sizes.reduce(0L, Long::sum));
    }

    private static long loop(long chunks, CachedFile file, int chunkBytes, Allocator allocator) throws IOException {
        return passes(chunks, file, chunkBytes, () -> {
            try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.READ)) {
                long total = 0;
                int read;
                while ((read = channel.read(allocator.allocate(chunkBytes))) > 0) {
                    total += read;
                }
                return total;
            }
        });
    }
}
