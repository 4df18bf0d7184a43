package io.github.reactoruring.tck;

import java.io.IOException;

import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.Test;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.internal.engine.Rings;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.MultishotFlux;
import io.github.reactoruring.internal.source.MultishotOperation;
import io.github.reactoruring.internal.sys.IoUringAbi;

/** No multishot request of the kernel ends by itself after a number of values: NOPs, armed one after another, do. */
@Test(groups = {"tck", "kernel"})
public class MultishotFluxTckTest extends PublisherVerification<Long> {

    private static final long SECONDS_10 = 10_000_000_000L;

    private Rings rings;

    public MultishotFluxTckTest() {
        super(TckRing.environment());
    }

    @BeforeClass
    public void open() throws IOException {
        TckRing.skipWithoutKernel();
        rings = Rings.open("tck", 1, 64, 1024, CancelPolicy.coalesce(), false);
    }

    @AfterClass(alwaysRun = true)
    public void close() {
        if (rings != null) {
            rings.close(SECONDS_10).join();
        }
    }

    @Override
    public Publisher<Long> createPublisher(long elements) {
        return MultishotFlux.create(rings.first(), loop -> new Nops(elements));
    }

    /** Has none: a source fails only once it was requested. */
    @Override
    public Publisher<Long> createFailedPublisher() {
        return null;
    }

    private static final class Nops implements MultishotOperation<Long> {

        private final long elements;
        private long made;

        Nops(long elements) {
            this.elements = elements;
        }

        @Override
        public int opcode() {
            return IoUringAbi.IORING_OP_NOP;
        }

        @Override
        public void prepare(Sqe sqe) {
            sqe.opcode(IoUringAbi.IORING_OP_NOP).fd(-1);
        }

        @Override
        public Long value(int result, int flags, long userData) {
            return made < elements ? made++ : null;
        }

        @Override
        public Ending ending(int result, int flags) {
            return made < elements ? Ending.REARM : Ending.COMPLETE;
        }

        @Override
        public IOException error(int result) {
            return new IOException("a NOP failed with " + result);
        }
    }
}
