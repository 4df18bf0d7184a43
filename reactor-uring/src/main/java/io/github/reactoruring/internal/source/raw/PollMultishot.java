package io.github.reactoruring.internal.source.raw;

import java.io.IOException;

import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.MultishotOperation;
import io.github.reactoruring.internal.sys.IoUringAbi;

/** Tells each time a descriptor becomes ready. The kernel may end the request at any time; it is armed again. */
public final class PollMultishot implements MultishotOperation<Integer> {

    private final int fd;
    private final int events;

    public PollMultishot(int fd, int events) {
        this.fd = fd;
        this.events = events;
    }

    @Override
    public int opcode() {
        return IoUringAbi.IORING_OP_POLL_ADD;
    }

    @Override
    public void prepare(Sqe sqe) {
        Prep.pollMultishot(sqe, fd, events);
    }

    @Override
    public Integer value(int result, int flags, long userData) {
        return result;
    }

    @Override
    public Ending ending(int result, int flags) {
        return result < 0 ? Ending.ERROR : Ending.REARM;
    }

    @Override
    public IOException error(int result) {
        return Errors.of(-result, "POLL_ADD", null);
    }
}
