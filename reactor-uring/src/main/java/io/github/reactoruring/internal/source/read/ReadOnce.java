package io.github.reactoruring.internal.source.read;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Descriptors;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.OneShot;
import io.github.reactoruring.internal.source.buffer.LeasedElement;
import io.github.reactoruring.internal.source.buffer.RegisteredPool;
import io.github.reactoruring.internal.sys.IoUringAbi;
import reactor.core.CoreSubscriber;

/**
 * Reads once from an open file, at a position or at the current one (-1).
 *
 * <p>Of a regular file as many READs as the ring can bear, each where the last one ended, as if it were one: a short one
 * ends it, and what was read before an error is given in place of the error. A worker's read is one: nobody waits for it, and
 * its length was found for its beginning.
 */
public final class ReadOnce<B> extends OneShot<B> {

    private final OpenFile file;
    private final boolean forceAsync;
    private final long position;
    private final int maxBytes;
    private final BufferFactory<B> buffers;
    /** The registered buffer that is read into, or -1. */
    private final int slot;
    private @Nullable LeasedElement<B> element;
    private int askedBytes;
    private int filledBytes;

    public ReadOnce(OpenFile file, boolean forceAsync, CoreSubscriber<? super B> actual, long position,
            int maxBytes,
            BufferFactory<B> buffers) {
        super(file.loop(), actual);
        this.file = file;
        this.forceAsync = forceAsync;
        this.position = position;
        this.maxBytes = maxBytes;
        this.buffers = buffers;
        slot = RegisteredPool.slotOf(buffers, file.loop());
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
        return file.traits().inlineBytes(maxBytes - filledBytes, forceAsync);
    }

    @Override
    protected boolean takesTurns() {
        return position < 0 && file.traits().prompt();
    }

    @Override
    protected boolean isInPieces() {
        return maxBytes - filledBytes > file.traits().pieceBytes(forceAsync);
    }

    @Override
    protected void prepare(Sqe sqe) {
        // Never below zero, which the kernel would take for 4 GiB.
        askedBytes = Math.max(0, Math.min(lengthToAskFor() - filledBytes, file.traits().pieceBytes(forceAsync)));
        LeasedElement<B> target = element;
        if (target == null) {
            target = LeasedElement.lease(buffers, maxBytes);
            element = target;
        }
        Prep.read(sqe, file.descriptor(), target.address() + filledBytes, askedBytes,
                position < 0 ? -1 : position + filledBytes, slot)
                .addFlags(file.sqeFlags() | (forceAsync ? IoUringAbi.IOSQE_ASYNC : 0));
    }

    /** Not a byte more than a slow filesystem's file has; see {@link Reading}. */
    private int lengthToAskFor() {
        if (!forceAsync || position < 0 || file.fixed()) {
            return maxBytes;
        }
        try {
            long left = file.ask(Descriptors::status).sizeBytes() - position;
            return left > 0 ? (int) Math.min(left, maxBytes) : maxBytes;
        } catch (IOException e) {
            return maxBytes;
        }
    }

    @Override
    protected void completed(int result, int flags) {
        if (result > 0) {
            // A kernel that says more than it was asked for is not believed.
            filledBytes += Math.min(result, askedBytes);
            boolean goesOn = !forceAsync && result >= askedBytes && filledBytes < maxBytes;
            if (goesOn && (submitAgainHolding() || isDisposed())) {
                return;
            }
        }
        super.completed(result, flags);
    }

    @Override
    protected boolean makesValueElsewhere(int result, int flags) {
        LeasedElement<B> filled = element;
        if (filled == null || !filled.isLongToMake(filledBytes)) {
            return false;
        }
        filled.filled(filledBytes).makeElsewhere(loop(), () -> {
            deliverMade(result, flags);
            filled.free();
        }, cause -> {
            if (!isDisposed()) {
                failed(cause);
            }
            filled.free();
        });
        return true;
    }

    @Override
    protected @Nullable B value(int result, int flags) throws IOException {
        if (filledBytes == 0) {
            // Before the subscriber hears of it, who may want the buffer for what comes next.
            released();
            if (result < 0) {
                throw Errors.ofPath(-result, "READ", file.name());
            }
        }
        return filledBytes == 0 || element == null ? null : element.filled(filledBytes).take();
    }

    @Override
    protected void released() {
        if (element != null && !element.isBeingMade()) {
            element.free();
        }
    }

    @Override
    public String toString() {
        return "READ of " + file.name();
    }
}
