package io.github.reactoruring.tck;

import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.Test;

import io.github.reactoruring.Completion;
import io.github.reactoruring.Uring;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;

@Test(groups = {"tck", "kernel"})
public class OneShotMonoTckTest extends PublisherVerification<Completion> {

    private Uring uring;

    public OneShotMonoTckTest() {
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
    public Publisher<Completion> createPublisher(long elements) {
        return elements == 0
                ? uring.raw().nop().cast(Completion.class)
                : uring.raw().submit(Operation.of(Opcode.NOP));
    }

    /** Has none: a source fails only once it was requested. */
    @Override
    public Publisher<Completion> createFailedPublisher() {
        return null;
    }
}
