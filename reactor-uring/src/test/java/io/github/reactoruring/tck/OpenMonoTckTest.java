package io.github.reactoruring.tck;

import java.nio.file.Path;

import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.Test;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.UringFile;

/** What is opened is closed with the ring. */
@Test(groups = {"tck", "kernel"})
public class OpenMonoTckTest extends PublisherVerification<UringFile> {

    private Uring uring;

    public OpenMonoTckTest() {
        super(TckRing.environment());
    }

    @BeforeClass
    public void open() {
        uring = TckRing.open();
    }

    @AfterClass(alwaysRun = true)
    public void close() {
        if (uring != null) {
            uring.disposeLater().block();
        }
    }

    @Override
    public long maxElementsFromPublisher() {
        return 1;
    }

    @Override
    public Publisher<UringFile> createPublisher(long elements) {
        return uring.files().open(Path.of("/dev/null"));
    }

    /** Has none: a source fails only once it was requested. */
    @Override
    public Publisher<UringFile> createFailedPublisher() {
        return null;
    }
}
