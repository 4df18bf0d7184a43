package io.github.reactoruring.tck;

import java.nio.ByteBuffer;

import org.junit.jupiter.api.Tag;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

import reactor.core.publisher.Flux;

/** Verifies the Mono of a write. */
@Tag("tck")
@Test(groups = "tck")
public class WriteMonoTckTest extends PublisherTck<Long> {

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return uring().files().write(file(1), Flux.just(ByteBuffer.allocate(10), ByteBuffer.allocate(20)));
    }

    @Override
    public long maxElementsFromPublisher() {
        return 1;
    }
}
