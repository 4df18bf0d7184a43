package io.github.reactoruring.tck;

import java.time.Duration;

import org.junit.jupiter.api.Tag;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

/** Verifies the interval, which never ends by itself. */
@Tag("tck")
@Test(groups = "tck")
public class IntervalFluxTckTest extends PublisherTck<Long> {

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return uring().timers().interval(Duration.ofMillis(1)).take(elements);
    }

    @Override
    public long maxElementsFromPublisher() {
        return 10_000;
    }
}
