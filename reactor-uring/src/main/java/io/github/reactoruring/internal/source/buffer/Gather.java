package io.github.reactoruring.internal.source.buffer;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.NativeMemory;

/**
 * The bytes of one write: a WRITE or WRITE_FIXED of one loan, a WRITEV of several, and what a short write has left of it.
 *
 * <p>struct iovec is {@code 0 iov_base | 8 iov_len}, 16 bytes.
 */
public final class Gather {

    /** IOV_MAX. */
    public static final int MOST_LOANS = 1024;

    private static final int IOVEC_BYTES = 16;

    private final List<Lent> loans;
    /** The registered buffer that the only loan lies in, or -1. */
    private final int slot;
    private final long lengthBytes;
    /** The loan that is written next, and how much of it is. */
    private int current;
    private int currentWritten;
    private long writtenBytes;
    private @Nullable MemorySegment vector;

    /** @param loans 1 to {@link #MOST_LOANS}, none of them empty */
    public Gather(List<Lent> loans, EventLoop loop) {
        this.loans = loans;
        slot = loans.size() == 1 ? loans.getFirst().slotOn(loop) : -1;
        long length = 0;
        for (Lent loan : loans) {
            length += loan.lengthBytes();
        }
        lengthBytes = length;
    }

    public int opcode() {
        return opcode(loans.size(), slot);
    }

    /** Returns the opcode of a write of so many loans, the only one in the registered buffer {@code slot}, or in none: -1. */
    public static int opcode(int loans, int slot) {
        if (loans > 1) {
            return IoUringAbi.IORING_OP_WRITEV;
        }
        return slot < 0 ? IoUringAbi.IORING_OP_WRITE : IoUringAbi.IORING_OP_WRITE_FIXED;
    }

    public int loans() {
        return loans.size();
    }

    public long lengthBytes() {
        return lengthBytes;
    }

    public long writtenBytes() {
        return writtenBytes;
    }

    public boolean isComplete() {
        return writtenBytes == lengthBytes;
    }

    public long leftBytes() {
        return lengthBytes - writtenBytes;
    }

    /**
     * Fills in the next piece.
     *
     * @param position where the first byte goes, or -1 for the current position
     */
    public void prepare(Sqe sqe, OpenFile file, boolean forceAsync, long position) {
        long offset = position < 0 ? -1 : position + writtenBytes;
        int pieceBytes = file.traits().pieceBytes(forceAsync);
        if (loans.size() == 1) {
            Lent only = loans.getFirst();
            int length = Math.min(pieceBytes, only.lengthBytes() - currentWritten);
            Prep.write(sqe, file.descriptor(), only.piece(currentWritten, length), length, offset, slot);
        } else {
            int count = fillVector(pieceBytes);
            Prep.writev(sqe, file.descriptor(), vector().address(), count, offset);
        }
        sqe.addFlags(file.sqeFlags() | (forceAsync ? IoUringAbi.IOSQE_ASYNC : 0));
    }

    private MemorySegment vector() {
        if (vector == null) {
            vector = NativeMemory.allocate((long) loans.size() * IOVEC_BYTES, Long.BYTES);
        }
        return vector;
    }

    private int fillVector(int pieceBytes) {
        int room = pieceBytes;
        int count = 0;
        for (int i = current; i < loans.size() && room > 0; i++) {
            Lent loan = loans.get(i);
            int skipped = i == current ? currentWritten : 0;
            int length = Math.min(room, loan.lengthBytes() - skipped);
            vector().set(ValueLayout.JAVA_LONG, (long) count * IOVEC_BYTES, loan.piece(skipped, length));
            vector().set(ValueLayout.JAVA_LONG, (long) count * IOVEC_BYTES + 8, length);
            room -= length;
            count++;
        }
        return count;
    }

    /** Notes that {@code bytes} more are written; what is more than there was is not believed. */
    public void advance(int bytes) {
        int left = (int) Math.min(bytes, lengthBytes - writtenBytes);
        writtenBytes += left;
        while (left > 0) {
            int rest = loans.get(current).lengthBytes() - currentWritten;
            if (left < rest) {
                currentWritten += left;
                return;
            }
            left -= rest;
            currentWritten = 0;
            current++;
        }
    }

    /** Ends the loans: the kernel is done with them. */
    public void release() {
        if (vector != null) {
            NativeMemory.free(vector);
            vector = null;
        }
        loans.forEach(Lent::release);
    }
}
