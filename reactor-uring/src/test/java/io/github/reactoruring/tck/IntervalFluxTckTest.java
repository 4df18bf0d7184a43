package io.github.reactoruring.tck;

import java.time.Duration;

import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.Test;

import io.github.reactoruring.Uring;

@Test(groups = {"tck", "kernel"})
public class IntervalFluxTckTest extends PublisherVerification<Long> {

    private Uring uring;

    public IntervalFluxTckTest() {
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
        return publisherUnableToSignalOnComplete();
    }

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return uring.timers().interval(Duration.ofMillis(1));
    }

    /** Has none: a source fails only once it was requested. */
    @Override
    public Publisher<Long> createFailedPublisher() {
        return null;
    }
}
