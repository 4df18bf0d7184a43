package io.github.reactoruring.tck;

import io.github.reactoruring.file.UringFile;
import org.junit.jupiter.api.Tag;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

/** Verifies the Mono of an open file. */
@Tag("tck")
@Test(groups = "tck")
public class OpenMonoTckTest extends PublisherTck<UringFile> {

    @Override
    public Publisher<UringFile> createPublisher(long elements) {
        return uring().files().open(file(1)).doOnNext(file -> file.close().subscribe());
    }

    @Override
    public long maxElementsFromPublisher() {
        return 1;
    }
}
