package io.github.reactoruring.internal.source.read;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.loop.Request;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.buffer.LeasedElement;
import io.github.reactoruring.internal.source.buffer.RegisteredPool;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * Reads one chunk into leased memory, with as many READs as short reads make it take.
 *
 * <p>The lease ends when the chunk is taken, or when the kernel is done with a chunk nobody wants.
 */
final class ChunkRead<B> extends Request {

    /** Hears of each chunk that is done, on the owner thread. */
    interface Listener {

        void chunkDone();
    }

    private final OpenFile file;
    private final boolean forceAsync;
    private final BufferFactory<B> buffers;
    /** What is wanted, and what is asked for: whole blocks of the disk's. */
    private final int wantedBytes;
    private final int lengthBytes;
    private final int blockBytes;
    private final long position;
    private final long fullUntil;
    private final Listener listener;
    /** The registered buffer that is read into, or -1. */
    private final int slot;
    private @Nullable LeasedElement<B> element;
    private int filledBytes;
    private boolean done;
    private boolean endOfFile;
    private @Nullable Throwable error;

    /**
     * Describes a read.
     *
     * @param position where in the file, or -1 for its current position
     * @param wantedBytes the most bytes of it
     * @param blockBytes what the length of a read has to be a multiple of, a power of two; a read that ends within one has
     *     met the end of the file
     * @param fullUntil a short read is continued until the chunk is full, or reaches this position, or the file ends
     */
    ChunkRead(OpenFile file, boolean forceAsync, BufferFactory<B> buffers, long position, int wantedBytes,
            int blockBytes, long fullUntil, Listener listener) {
        super(file.loop());
        this.file = file;
        this.forceAsync = forceAsync;
        this.buffers = buffers;
        this.position = position;
        this.wantedBytes = wantedBytes;
        this.blockBytes = blockBytes;
        lengthBytes = (wantedBytes + blockBytes - 1) & -blockBytes;
        this.fullUntil = fullUntil;
        this.listener = listener;
        slot = RegisteredPool.slotOf(buffers, file.loop());
    }

    boolean done() {
        return done;
    }

    boolean endOfFile() {
        return endOfFile;
    }

    @Nullable
    Throwable error() {
        return error;
    }

    long position() {
        return position;
    }

    int filledBytes() {
        return filledBytes;
    }

    /** Returns what was read, to be emitted, with the ownership of the buffer; null where that is nothing. */
    @Nullable
    LeasedElement<B> filled() {
        return element == null || filledBytes == 0 ? null : element.filled(filledBytes);
    }

    /** Frees a chunk that was read and not taken. */
    void freeFilled() {
        if (done && filledBytes > 0) {
            freeElement();
        }
    }

    private void freeElement() {
        if (element != null) {
            element.free();
            element = null;
        }
    }

    @Override
    protected int opcode() {
        return slot < 0 ? IoUringAbi.IORING_OP_READ : IoUringAbi.IORING_OP_READ_FIXED;
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
        return file.traits().inlineBytes(lengthBytes - filledBytes, forceAsync);
    }

    @Override
    protected void prepare(Sqe sqe) {
        LeasedElement<B> target = element;
        if (target == null) {
            target = LeasedElement.lease(buffers, lengthBytes);
            element = target;
        }
        int piece = Math.min(lengthBytes - filledBytes, file.traits().pieceBytes(forceAsync));
        Prep.read(sqe, file.descriptor(), target.address() + filledBytes, piece,
                position < 0 ? -1 : position + filledBytes, slot)
                .addFlags(file.sqeFlags() | (forceAsync ? IoUringAbi.IOSQE_ASYNC : 0));
    }

    @Override
    protected void completed(int result, int flags) {
        if (result > 0) {
            filledBytes += Math.min(result, lengthBytes - filledBytes);
            if (filledBytes % blockBytes != 0) {
                endOfFile = true;
            } else if (filledBytes < lengthBytes && position + filledBytes < fullUntil) {
                // A short read is progress, not the end.
                if (resubmitHolding()) {
                    return;
                }
                error = Errors.ofPath(Errno.ECANCELED, "READ", file.name());
            }
        } else if (result == 0) {
            endOfFile = true;
        } else {
            error = Errors.told(this, Errors.ofPath(-result, "READ", file.name()));
        }
        filledBytes = Math.min(filledBytes, wantedBytes);
        if (error != null || filledBytes == 0) {
            filledBytes = 0;
            freeElement();
        }
        if (element != null && element.isLongToMake(filledBytes)) {
            element.filled(filledBytes).makeElsewhere(loop(), this::made, this::failed);
        } else {
            finish();
        }
    }

    private void made() {
        if (isDisposed()) {
            freeElement();
        } else {
            finish();
        }
    }

    /** Keeps the lease for {@link #released}: when the ring broke, the kernel may still write to it. */
    @Override
    protected void failed(Throwable cause) {
        error = cause;
        filledBytes = 0;
        finish();
    }

    private void finish() {
        done = true;
        listener.chunkDone();
    }

    @Override
    protected void released() {
        boolean beingMade = element != null && element.isBeingMade();
        if (!beingMade && (!done || filledBytes == 0)) {
            // Disposed of, or rejected between two reads: the kernel has finished with the memory.
            freeElement();
        }
    }
}
