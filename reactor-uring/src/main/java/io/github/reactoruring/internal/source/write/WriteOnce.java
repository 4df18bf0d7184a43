package io.github.reactoruring.internal.source.write;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.OneShot;
import io.github.reactoruring.internal.source.buffer.Gather;
import io.github.reactoruring.internal.source.buffer.Lent;
import io.github.reactoruring.internal.source.buffer.RegisteredPool;
import io.github.reactoruring.internal.sys.Errno;
import reactor.core.CoreSubscriber;

/**
 * Writes buffers to an open file, one after the other, with as many WRITEs or WRITEVs as short writes make it take.
 *
 * <p>Invariant: each buffer ends once, lent or not.
 *
 * @param <B> the buffers' type
 */
public final class WriteOnce<B> extends OneShot<Long> {

    /** The most buffers of one write, which the kernel sets (IOV_MAX). */
    public static final int MOST_BUFFERS = Gather.MOST_LOANS;

    private final OpenFile file;
    private final boolean forceAsync;
    private final long position;
    private final List<B> data;
    private final BufferReader<? super B> reader;
    private final Consumer<Lent> check;
    private final int opcode;
    private boolean lent;
    private @Nullable Gather gather;

    /**
     * Describes the write.
     *
     * @param data 1 to {@link #MOST_BUFFERS} buffers, none of several empty
     * @param check throws if a loan is not to be written
     */
    public WriteOnce(OpenFile file, boolean forceAsync, CoreSubscriber<? super Long> actual, long position,
            List<B> data, BufferReader<? super B> reader, Consumer<Lent> check) {
        super(file.loop(), actual);
        this.file = file;
        this.forceAsync = forceAsync;
        this.position = position;
        this.data = data;
        this.reader = reader;
        this.check = check;
        opcode = Gather.opcode(data.size(), RegisteredPool.slotOf(reader, file.loop()));
    }

    @Override
    protected int opcode() {
        return opcode;
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
        return file.traits().inlineBytes(leftBytes(), forceAsync);
    }

    @Override
    protected boolean takesTurns() {
        return file.traits().prompt() && (position < 0 || file.traits().appends());
    }

    @Override
    protected boolean isInPieces() {
        return leftBytes() > file.traits().pieceBytes(forceAsync);
    }

    /** Returns how much is to be written still. Buffers of another kind tell when they are lent: until then it may be much. */
    private long leftBytes() {
        if (gather != null) {
            return gather.leftBytes();
        }
        long bytes = 0;
        for (B buffer : data) {
            bytes += buffer instanceof ByteBuffer known ? known.remaining() : Integer.MAX_VALUE;
        }
        return bytes;
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
        List<Lent> loans = new ArrayList<>(data.size());
        lent = true;
        int taken = 0;
        try {
            for (B buffer : data) {
                taken++;
                Lent loan = Lent.inPieces(reader, buffer);
                loans.add(loan);
                check.accept(loan);
            }
            return new Gather(loans, file.loop());
        } catch (Throwable t) {
            data.subList(taken, data.size()).forEach(this::free);
            loans.forEach(Lent::release);
            throw t;
        }
    }

    private void free(B buffer) {
        Lent.free(reader, buffer);
    }

    @Override
    protected void completed(int result, int flags) {
        if (result > 0 && gather != null) {
            gather.advance(result);
            // A short write is progress; a request that was cancelled meanwhile stops there.
            if (!gather.isComplete() && (submitAgainHolding() || isDisposed())) {
                return;
            }
        }
        // Before the subscriber hears of it, who may want the buffers for what comes next.
        releaseLoans();
        super.completed(result, flags);
    }

    @Override
    protected Long value(int result, int flags) throws IOException {
        if (result < 0) {
            throw Errors.ofPath(-result, "WRITE", file.name());
        }
        if (gather == null || !gather.isComplete()) {
            throw Errors.ofPath(result == 0 ? Errno.EIO : Errno.ECANCELED, "WRITE", file.name());
        }
        return gather.writtenBytes();
    }

    @Override
    protected void released() {
        if (gather != null) {
            releaseLoans();
        } else if (!lent) {
            lent = true;
            data.forEach(this::free);
        }
    }

    private void releaseLoans() {
        if (gather != null) {
            gather.release();
        }
    }

    @Override
    protected void neverSubmitted() {
        data.forEach(this::free);
    }

    @Override
    public String toString() {
        return "WRITE of " + file.name();
    }
}
