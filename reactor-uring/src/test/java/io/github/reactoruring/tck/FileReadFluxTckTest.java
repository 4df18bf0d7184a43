package io.github.reactoruring.tck;

import java.nio.ByteBuffer;
import java.nio.file.Path;

import org.reactivestreams.Publisher;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.Test;

import io.github.reactoruring.file.ReadOptions;

/** Reads files of as many chunks of one byte as are wanted. */
@Test(groups = {"tck", "kernel"})
public class FileReadFluxTckTest extends PublisherTck<ByteBuffer> {

    private static final int LARGEST_FILE = 100_000;

    private Path file;

    public FileReadFluxTckTest() {
        super(TckRing.environment());
    }

    @BeforeClass
    public void makeFile() {
        file = file(LARGEST_FILE);
    }

    @Override
    public Publisher<ByteBuffer> createPublisher(long elements) {
        ReadOptions options = ReadOptions.defaults().withChunkBytes(1).withReadAheadBytes(16);
        // A device goes on for ever.
        return elements <= LARGEST_FILE
                ? uring().files().read(file, options.limit(elements))
                : uring().files().read(Path.of("/dev/zero"), options);
    }
}
