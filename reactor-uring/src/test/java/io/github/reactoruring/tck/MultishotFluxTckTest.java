package io.github.reactoruring.tck;

import io.github.reactoruring.Completion;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import org.junit.jupiter.api.Tag;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

/** Verifies the multishot Flux, by a request that gives one completion and ends. */
@Tag("tck")
@Test(groups = "tck")
public class MultishotFluxTckTest extends PublisherTck<Completion> {

    @Override
    public Publisher<Completion> createPublisher(long elements) {
        return uring().raw().stream(Operation.of(Opcode.NOP));
    }

    @Override
    public long maxElementsFromPublisher() {
        return 1;
    }
}
