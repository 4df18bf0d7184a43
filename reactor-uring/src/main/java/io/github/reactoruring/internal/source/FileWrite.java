package io.github.reactoruring.internal.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import reactor.core.CoreSubscriber;

/**
 * Writes buffers to an open file, one after the other, with as many WRITEs or WRITEVs as short writes make it take.
 *
 * @param <N> how the number of bytes is told
 */
public final class FileWrite<N extends Number> extends OneShot<N> {

    /** The most buffers of one write, which the kernel sets (IOV_MAX). */
    public static final int MOST_BUFFERS = Gather.MOST_LOANS;

    private final OpenFile file;
    private final boolean forceAsync;
    private final long position;
    private final List<ByteBuffer> data;
    private final BufferReader<ByteBuffer> reader;
    private final LongFunction<N> number;
    private @Nullable Gather gather;
    private boolean continued;

    /** @param data 1 to {@link #MOST_BUFFERS} buffers, none of them empty */
    public FileWrite(OpenFile file, boolean forceAsync, CoreSubscriber<? super N> actual, long position,
            List<ByteBuffer> data, BufferReader<ByteBuffer> reader, LongFunction<N> number) {
        super(file.loop(), actual);
        this.file = file;
        this.forceAsync = forceAsync;
        this.position = position;
        this.data = data;
        this.reader = reader;
        this.number = number;
    }

    /** Describes the write of one buffer, with {@link BufferReader#byteBuffers()}. */
    public static FileWrite<Integer> of(OpenFile file, boolean forceAsync, CoreSubscriber<? super Integer> actual,
            long position, ByteBuffer data) {
        return new FileWrite<>(file, forceAsync, actual, position, List.of(data), BufferReader.byteBuffers(),
                Math::toIntExact);
    }

    @Override
    protected int opcode() {
        return data.size() == 1 ? IoUringAbi.IORING_OP_WRITE : IoUringAbi.IORING_OP_WRITEV;
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
        Gather bytes = gather;
        if (bytes == null) {
            bytes = lend();
            gather = bytes;
        }
        bytes.prepare(sqe, file, forceAsync, position);
    }

    private Gather lend() {
        List<BufferReader.Loan> loans = new ArrayList<>(data.size());
        try {
            for (ByteBuffer buffer : data) {
                loans.add(reader.lend(buffer));
            }
            return new Gather(loans);
        } catch (Throwable t) {
            loans.forEach(BufferReader.Loan::release);
            throw t;
        }
    }

    @Override
    protected void completed(int result, int flags) {
        if (result > 0 && gather != null) {
            gather.advance(result);
            // A short write is progress; a request that was cancelled meanwhile stops there.
            if (!gather.isComplete()) {
                continued = submitAgain();
                if (continued || isDisposed()) {
                    return;
                }
            }
        }
        super.completed(result, flags);
    }

    @Override
    protected N value(int result, int flags) throws IOException {
        if (result < 0) {
            throw Errors.ofPath(-result, "WRITE", file.name());
        }
        if (gather == null || !gather.isComplete()) {
            throw Errors.ofPath(result == 0 ? Errno.EIO : Errno.ECANCELED, "WRITE", file.name());
        }
        return number.apply(gather.writtenBytes());
    }

    @Override
    protected void released() {
        if (continued) {
            continued = false;
        } else if (gather != null) {
            gather.release();
            gather = null;
        }
    }

    @Override
    public String toString() {
        return "WRITE of " + file.name();
    }
}
