package io.github.reactoruring.internal.source.raw;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.OneShot;
import io.github.reactoruring.internal.sys.IoUringAbi;
import reactor.core.CoreSubscriber;

/** Goes through the ring and back. */
public final class Nop extends OneShot<Void> {

    public Nop(EventLoop loop, CoreSubscriber<? super Void> actual) {
        super(loop, actual);
    }

    @Override
    protected int opcode() {
        return IoUringAbi.IORING_OP_NOP;
    }

    @Override
    protected void prepare(Sqe sqe) {
        Prep.nop(sqe);
    }

    @Override
    protected @Nullable Void value(int result, int flags) throws IOException {
        if (result < 0) {
            throw Errors.of(-result, "NOP", null);
        }
        return null;
    }
}
