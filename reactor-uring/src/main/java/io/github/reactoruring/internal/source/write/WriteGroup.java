package io.github.reactoruring.internal.source.write;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.loop.Request;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.buffer.Gather;
import io.github.reactoruring.internal.sys.Errno;

/**
 * Writes some buffers of a stream, with as many writes as short ones make it take.
 *
 * <p>Invariant: the listener hears of the end once, with what was written by then, even of a group disposed of.
 */
final class WriteGroup extends Request {

    private final OpenFile file;
    private final boolean forceAsync;
    private final boolean positional;
    private final long start;
    private final Gather gather;
    private final Consumer<WriteGroup> over;
    private @Nullable Throwable error;
    private boolean told;

    /**
     * Describes the write.
     *
     * @param positional whether it goes to {@code start}, else to the file's current position or its end
     * @param start where its first byte is in the stream
     */
    WriteGroup(OpenFile file, boolean forceAsync, boolean positional, long start, Gather gather,
            Consumer<WriteGroup> over) {
        super(file.loop());
        this.file = file;
        this.forceAsync = forceAsync;
        this.positional = positional;
        this.start = start;
        this.gather = gather;
        this.over = over;
    }

    Gather gather() {
        return gather;
    }

    /** Returns where the last byte that was written is in the stream, plus one. */
    long writtenUntil() {
        return start + gather.writtenBytes();
    }

    boolean isOver() {
        return told;
    }

    /** Returns what went wrong, or null. */
    @Nullable
    Throwable error() {
        return error;
    }

    @Override
    protected int opcode() {
        return gather.opcode();
    }

    @Override
    protected OpenFile file() {
        return file;
    }

    @Override
    protected boolean elusive() {
        return forceAsync;
    }

    @Override
    protected int inlineBytes() {
        return file.traits().inlineBytes(gather.leftBytes(), forceAsync);
    }

    @Override
    protected boolean takesTurns() {
        return file.traits().prompt() && (!positional || file.traits().appends());
    }

    @Override
    protected boolean isInPieces() {
        return gather.leftBytes() > file.traits().pieceBytes(forceAsync);
    }

    @Override
    protected void prepare(Sqe sqe) {
        gather.prepare(sqe, file, forceAsync, positional ? start : -1);
    }

    @Override
    protected void completed(int result, int flags) {
        if (result > 0) {
            gather.advance(result);
            if (gather.isComplete() || resubmitHolding()) {
                return;
            }
        }
        int errno = result < 0 ? -result : result == 0 ? Errno.EIO : Errno.ECANCELED;
        error = Errors.told(this, Errors.ofPath(errno, "WRITE", file.name()));
    }

    @Override
    protected void discarded(int result, int flags) {
        if (result > 0) {
            gather.advance(result);
        }
    }

    /** Tells at once: of a ring that broke, {@link #released} never comes. */
    @Override
    protected void failed(Throwable cause) {
        error = cause;
        tell();
    }

    @Override
    protected void released() {
        gather.release();
        tell();
    }

    private void tell() {
        if (!told) {
            told = true;
            over.accept(this);
        }
    }
}
