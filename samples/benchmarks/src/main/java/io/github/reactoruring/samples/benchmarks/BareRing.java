package io.github.reactoruring.samples.benchmarks;

import io.github.reactoruring.internal.ring.CqeBatch;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.ring.kernel.KernelRing;
import io.github.reactoruring.internal.ring.kernel.KernelView;
import io.github.reactoruring.internal.ring.kernel.RingConfig;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.ErrnoException;
import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * Drives a ring with nothing in between: fill a batch of SQEs, enter once, reap. The yardstick: what Java can get out of
 * the kernel when nobody has to be told.
 *
 * <p><b>Threads:</b> belongs to the thread that made it.
 */
final class BareRing implements AutoCloseable {

    /** Fills the SQE of the {@code index}th operation; user_data is free for it to set. */
    interface Filler {

        void fill(Sqe sqe, long index);
    }

    private final KernelRing ring;
    private final CqeBatch completions = new CqeBatch(256);

    BareRing() throws ErrnoException {
        ring = KernelRing.open(new RingConfig(2048, 8192, KernelView.real()));
        int result = ring.enable();
        if (result < 0) {
            throw new ErrnoException(-result, "io_uring_register");
        }
    }

    /** Does {@code operations} operations, rounded up to whole batches; returns how many. */
    long run(long operations, int batch, Filler filler) {
        long done = 0;
        while (done < operations) {
            for (int i = 0; i < batch; i++) {
                filler.fill(next(), done + i);
            }
            ring.enter(true, batch, -1);
            await(batch);
            done += batch;
        }
        return done;
    }

    /** Fills an SQE without submitting it. */
    Sqe next() {
        Sqe sqe = ring.nextSqe();
        if (sqe == null) {
            throw new IllegalStateException("The batch does not fit the submission queue");
        }
        return sqe;
    }

    /** Submits, and takes what completes at once. */
    void submit() {
        ring.enter(true, 0, -1);
    }

    /** Waits for {@code count} completions of requests; those of cancels are not counted. */
    void await(int count) {
        int seen = 0;
        while (true) {
            while (ring.reap(completions) > 0) {
                for (int i = 0; i < completions.size(); i++) {
                    if (completions.userData(i) != CANCEL) {
                        check(completions.result(i));
                        seen++;
                    }
                }
                completions.clear();
            }
            if (seen >= count) {
                return;
            }
            ring.enter(false, 1, -1);
        }
    }

    /** The user_data of cancels. */
    static final long CANCEL = -1;

    private static void check(int result) {
        if (result < 0 && result != -Errno.ECANCELED) {
            throw new IllegalStateException("A request failed with " + result);
        }
    }

    static void fillNop(Sqe sqe, long index) {
        sqe.opcode(IoUringAbi.IORING_OP_NOP).userData(index);
    }

    @Override
    public void close() {
        ring.close();
    }
}
