package io.github.reactoruring.samples.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/** A file of random bytes, just written and so in the page cache; deleted by {@link #close}. */
record CachedFile(Path path, long sizeBytes) implements AutoCloseable {

    private static final int MIB = 1 << 20;

    static CachedFile create(int mebibytes) throws IOException {
        Path path = Files.createTempFile("reactor-uring-bench", ".bin");
        byte[] content = new byte[MIB];
        SplittableRandom random = new SplittableRandom(7);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            for (int i = 0; i < mebibytes; i++) {
                random.nextBytes(content);
                channel.write(ByteBuffer.wrap(content));
            }
        }
        return new CachedFile(path, (long) mebibytes * MIB);
    }

    /** Writes the content to the disk, so that nothing is written any more while it is read. */
    void writeBack() throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(path);
    }
}
