package io.github.reactoruring.tck;

import java.time.Duration;

import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

@Test(groups = {"tck", "kernel"})
public class IntervalFluxTckTest extends PublisherTck<Long> {

    public IntervalFluxTckTest() {
        super(TckRing.environment());
    }

    @Override
    public long maxElementsFromPublisher() {
        return publisherUnableToSignalOnComplete();
    }

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return uring().timers().interval(Duration.ofMillis(1));
    }
}
