package io.github.reactoruring.tck;

import java.nio.ByteBuffer;

import io.github.reactoruring.file.ReadOptions;
import org.junit.jupiter.api.Tag;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

/** Verifies the ordered read of a file, a byte a chunk. */
@Tag("tck")
@Test(groups = "tck")
public class FileReadFluxTckTest extends PublisherTck<ByteBuffer> {

    @Override
    public Publisher<ByteBuffer> createPublisher(long elements) {
        return uring().files().read(file(elements), ReadOptions.defaults().withChunkBytes(1));
    }

    @Override
    public long maxElementsFromPublisher() {
        return 10_000;
    }
}
