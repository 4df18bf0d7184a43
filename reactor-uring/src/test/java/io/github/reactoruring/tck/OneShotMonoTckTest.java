package io.github.reactoruring.tck;

import java.time.Duration;

import org.junit.jupiter.api.Tag;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

/** Verifies the one-shot Mono, by timers. */
@Tag("tck")
@Test(groups = "tck")
public class OneShotMonoTckTest extends PublisherTck<Long> {

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return uring().timers().after(Duration.ofMillis(1));
    }

    @Override
    public long maxElementsFromPublisher() {
        return 1;
    }
}
