package io.github.reactoruring.internal.source;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.NativeMemory;
import reactor.core.CoreSubscriber;

/** Writes a buffer to an open file, with as many WRITEs as short writes make it take. */
public final class FileWrite extends OneShot<Integer> {

    private static final int ALIGNMENT_BYTES = 64;

    private final OpenFile file;
    private final boolean forceAsync;
    private final long position;
    private final ByteBuffer data;
    private final int length;
    /** A copy of heap data; null while direct data is used as it is. */
    private @Nullable MemorySegment copy;
    private int written;
    private boolean continued;

    public FileWrite(OpenFile file, boolean forceAsync, CoreSubscriber<? super Integer> actual, long position,
            ByteBuffer data) {
        super(file.loop(), actual);
        this.file = file;
        this.forceAsync = forceAsync;
        this.position = position;
        this.data = data;
        length = data.remaining();
    }

    @Override
    protected int opcode() {
        return IoUringAbi.IORING_OP_WRITE;
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
    protected void prepare(Sqe sqe) {
        sqe.opcode(IoUringAbi.IORING_OP_WRITE).flags(file.sqeFlags() | (forceAsync ? IoUringAbi.IOSQE_ASYNC : 0))
                .fd(file.descriptor())
                .off(position < 0 ? -1 : position + written).addr(address() + written).len(length - written);
    }

    private long address() {
        MemorySegment source = MemorySegment.ofBuffer(data);
        if (source.isNative()) {
            return source.address();
        }
        if (copy == null) {
            copy = NativeMemory.allocate(length, ALIGNMENT_BYTES);
            MemorySegment.copy(source, 0, copy, 0, length);
        }
        return copy.address();
    }

    @Override
    protected void completed(int result, int flags) {
        if (result > 0) {
            written += result;
            // A short write is progress; a request that was cancelled meanwhile stops there.
            if (written < length) {
                continued = submitAgain();
                if (continued || isDisposed()) {
                    return;
                }
            }
        }
        super.completed(result, flags);
    }

    @Override
    protected Integer value(int result, int flags) throws IOException {
        if (result < 0) {
            throw Errors.ofPath(-result, "WRITE", file.name());
        }
        if (written < length) {
            throw Errors.ofPath(result == 0 ? Errno.EIO : Errno.ECANCELED, "WRITE", file.name());
        }
        return written;
    }

    @Override
    protected void released() {
        if (continued) {
            continued = false;
        } else if (copy != null) {
            NativeMemory.free(copy);
            copy = null;
        }
    }

    @Override
    public String toString() {
        return "WRITE of " + file.name();
    }
}
