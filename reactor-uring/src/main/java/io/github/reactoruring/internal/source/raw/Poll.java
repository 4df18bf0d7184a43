package io.github.reactoruring.internal.source.raw;

import java.io.IOException;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.OneShot;
import io.github.reactoruring.internal.sys.IoUringAbi;
import reactor.core.CoreSubscriber;

/** Waits until a descriptor is ready, once. */
public final class Poll extends OneShot<Integer> {

    private final int fd;
    private final int events;

    public Poll(EventLoop loop, CoreSubscriber<? super Integer> actual, int fd, int events) {
        super(loop, actual);
        this.fd = fd;
        this.events = events;
    }

    @Override
    protected int opcode() {
        return IoUringAbi.IORING_OP_POLL_ADD;
    }

    @Override
    protected void prepare(Sqe sqe) {
        Prep.pollAdd(sqe, fd, events);
    }

    @Override
    protected Integer value(int result, int flags) throws IOException {
        if (result < 0) {
            throw Errors.of(-result, "POLL_ADD", null);
        }
        return result;
    }
}
