package io.github.reactoruring.tck;

import java.nio.file.Path;

import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

import io.github.reactoruring.file.UringFile;

/** What is opened is closed with the ring. */
@Test(groups = {"tck", "kernel"})
public class OpenMonoTckTest extends PublisherTck<UringFile> {

    public OpenMonoTckTest() {
        super(TckRing.environment());
    }

    @Override
    public long maxElementsFromPublisher() {
        return 1;
    }

    @Override
    public Publisher<UringFile> createPublisher(long elements) {
        return uring().files().open(Path.of("/dev/null"));
    }
}
