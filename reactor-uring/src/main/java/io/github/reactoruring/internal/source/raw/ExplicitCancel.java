package io.github.reactoruring.internal.source.raw;

import java.io.IOException;

import io.github.reactoruring.UringException;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.OneShot;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.raw.Cancel;
import io.github.reactoruring.raw.Opcode;
import reactor.core.CoreSubscriber;

/** Cancels what its keys match, and tells what the kernel said. */
public final class ExplicitCancel extends OneShot<Integer> {

    private final Cancel cancel;

    public ExplicitCancel(EventLoop loop, CoreSubscriber<? super Integer> actual, Cancel cancel) {
        super(loop, actual);
        this.cancel = cancel;
    }

    @Override
    protected int opcode() {
        return IoUringAbi.IORING_OP_ASYNC_CANCEL;
    }

    @Override
    protected void prepare(Sqe sqe) {
        Opcode key = cancel.opcodeKey();
        Prep.cancelMatching(sqe, cancel.userDataKey(), cancel.descriptor(), key == null ? 0 : key.code(),
                cancel.flags());
    }

    @Override
    protected Integer value(int result, int flags) throws IOException {
        if (result < 0) {
            throw refusal(-result, cancel.toString());
        }
        return result;
    }

    /** Explains what the kernel says of a cancel, a removal or an update. */
    static IOException refusal(int errno, String operation) {
        String explanation = switch (errno) {
            case Errno.ENOENT ->
                "nothing in flight matches. That does not mean completed: a disk read, or the tail of a"
                        + " link, is in flight and cannot be found";
            case Errno.EALREADY ->
                "the request is running and cannot be stopped any more: it ends by itself, and its own"
                        + " source tells how";
            case Errno.EBADF -> "the descriptor is not open, or the slot is empty";
            case Errno.EINVAL ->
                "this kernel does not take this combination of keys, or the request cannot be changed so";
            default -> Errno.describe(errno);
        };
        return new UringException(errno, Errno.name(errno), operation, null, explanation);
    }
}
