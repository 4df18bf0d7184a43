package io.github.reactoruring.internal.source.read;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.ProvidedBuffers;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.MultishotOperation;
import io.github.reactoruring.internal.source.buffer.LeasedElement;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.NativeMemory;
import reactor.util.context.Context;

/**
 * Reads whatever arrives on a pipe by one multishot request, into provided buffers (READ_MULTISHOT, Linux 6.7). The data
 * is copied out at once, so that a slow subscriber holds no buffer of the ring's.
 *
 * @param <B> the buffers' type
 */
public final class StreamRead<B> implements MultishotOperation<B> {

    private final OpenFile file;
    private final BufferFactory<B> buffers;
    private @Nullable ProvidedBuffers provided;

    public StreamRead(OpenFile file, BufferFactory<B> buffers) {
        this.file = file;
        this.buffers = buffers;
    }

    @Override
    public int opcode() {
        return IoUringAbi.IORING_OP_READ_MULTISHOT;
    }

    @Override
    public OpenFile file() {
        return file;
    }

    @Override
    public void prepare(Sqe sqe) {
        ProvidedBuffers taken = file.loop().tables().providedBuffers();
        if (taken == null) {
            throw new UnsupportedOperationException(
                    "This kernel refused a ring of provided buffers, which needs Linux 5.19");
        }
        provided = taken;
        Prep.readMultishot(sqe, file.descriptor(), taken.group()).addFlags(file.sqeFlags());
    }

    @Override
    public @Nullable B value(int result, int flags, long userData) {
        if ((flags & IoUringAbi.IORING_CQE_F_BUFFER) == 0) {
            return null;
        }
        B copied = result == 0 ? null : copyOut(bufferId(flags), result);
        giveBack(flags);
        return copied;
    }

    private @Nullable B copyOut(int id, int length) {
        MemorySegment data = Objects.requireNonNull(provided).data(id, length);
        LeasedElement<B> element = LeasedElement.lease(buffers, length);
        try {
            NativeMemory.at(element.address(), length).copyFrom(data);
            return element.filled(length).take();
        } finally {
            element.free();
        }
    }

    @Override
    public Ending ending(int result, int flags) {
        if (result == 0) {
            return Ending.COMPLETE;
        }
        return result < 0 ? Ending.ERROR : Ending.REARM;
    }

    @Override
    public IOException error(int result) {
        return Errors.ofPath(-result, "READ_MULTISHOT", file.name());
    }

    @Override
    public void discard(B value, Context context) {
        buffers.release(value);
    }

    @Override
    public void discardCompletion(int result, int flags, long userData, Context context) {
        giveBack(flags);
    }

    private void giveBack(int flags) {
        if (provided != null && (flags & IoUringAbi.IORING_CQE_F_BUFFER) != 0) {
            provided.giveBack(bufferId(flags));
        }
    }

    private static int bufferId(int flags) {
        return flags >>> IoUringAbi.IORING_CQE_BUFFER_SHIFT;
    }
}
