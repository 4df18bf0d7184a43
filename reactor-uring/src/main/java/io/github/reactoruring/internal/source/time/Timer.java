package io.github.reactoruring.internal.source.time;

import java.io.IOException;
import java.time.Duration;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.OneShot;
import io.github.reactoruring.internal.source.Timespec;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import reactor.core.CoreSubscriber;

/** Emits 0 when its time has come. */
public final class Timer extends OneShot<Long> {

    private final Duration delay;
    private final Timespec timespec = new Timespec();

    public Timer(EventLoop loop, CoreSubscriber<? super Long> actual, Duration delay) {
        super(loop, actual);
        this.delay = delay;
    }

    @Override
    protected int opcode() {
        return IoUringAbi.IORING_OP_TIMEOUT;
    }

    @Override
    protected void prepare(Sqe sqe) {
        Prep.timeout(sqe, timespec.set(delay), 0);
    }

    @Override
    protected Long value(int result, int flags) throws IOException {
        if (result < 0 && result != -Errno.ETIME) {
            throw Errors.of(-result, "TIMEOUT", null);
        }
        return 0L;
    }

    @Override
    protected void released() {
        timespec.free();
    }
}
