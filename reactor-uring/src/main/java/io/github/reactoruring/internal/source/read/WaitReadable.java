package io.github.reactoruring.internal.source.read;

import java.util.function.Consumer;

import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.loop.Request;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * Waits until a pipe or device has something to read, or its end.
 *
 * <p>The ring opens a FIFO without waiting for a writer, unlike open(2), and a read before there was one looks like the
 * end of the file; a poll tells the two apart.
 */
final class WaitReadable extends Request {

    private final OpenFile file;
    private final Runnable readable;
    private final Consumer<Throwable> failure;

    /** Makes one that calls either on the owner thread. */
    WaitReadable(OpenFile file, Runnable readable, Consumer<Throwable> failure) {
        super(file.loop());
        this.file = file;
        this.readable = readable;
        this.failure = failure;
    }

    @Override
    protected int opcode() {
        return IoUringAbi.IORING_OP_POLL_ADD;
    }

    @Override
    protected OpenFile file() {
        return file;
    }

    @Override
    protected void prepare(Sqe sqe) {
        Prep.pollAdd(sqe, file.descriptor(), IoUringAbi.POLLIN);
    }

    @Override
    protected void completed(int result, int flags) {
        if (result < 0) {
            failure.accept(Errors.ofPath(-result, "POLL_ADD", file.name()));
        } else {
            readable.run();
        }
    }

    @Override
    protected void failed(Throwable cause) {
        failure.accept(cause);
    }
}
