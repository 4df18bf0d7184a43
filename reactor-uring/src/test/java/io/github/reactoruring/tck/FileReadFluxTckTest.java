package io.github.reactoruring.tck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.Test;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.ReadOptions;

/** Reads files of as many chunks of one byte as are wanted. */
@Test(groups = {"tck", "kernel"})
public class FileReadFluxTckTest extends PublisherVerification<ByteBuffer> {

    private static final int LARGEST_FILE = 100_000;

    private Uring uring;
    private Path file;

    public FileReadFluxTckTest() {
        super(TckRing.environment());
    }

    @BeforeClass
    public void open() throws IOException {
        uring = TckRing.open();
        file = Files.write(Files.createTempFile("tck", ""), new byte[LARGEST_FILE]);
    }

    @AfterClass(alwaysRun = true)
    public void close() throws IOException {
        if (uring != null) {
            uring.disposeLater().block();
            Files.delete(file);
        }
    }

    @Override
    public Publisher<ByteBuffer> createPublisher(long elements) {
        ReadOptions options = ReadOptions.defaults().withChunkBytes(1).withReadAheadBytes(16);
        // A device goes on for ever.
        return elements <= LARGEST_FILE
                ? uring.files().read(file, options.limit(elements))
                : uring.files().read(Path.of("/dev/zero"), options);
    }

    /** Has none: a source fails only once it was requested. */
    @Override
    public Publisher<ByteBuffer> createFailedPublisher() {
        return null;
    }
}
