package io.github.reactoruring.tck;

import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

import io.github.reactoruring.Completion;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;

@Test(groups = {"tck", "kernel"})
public class OneShotMonoTckTest extends PublisherTck<Completion> {

    public OneShotMonoTckTest() {
        super(TckRing.environment());
    }

    @Override
    public long maxElementsFromPublisher() {
        return 1;
    }

    @Override
    public Publisher<Completion> createPublisher(long elements) {
        return elements == 0
                ? uring().raw().nop().cast(Completion.class)
                : uring().raw().submit(Operation.of(Opcode.NOP));
    }
}
