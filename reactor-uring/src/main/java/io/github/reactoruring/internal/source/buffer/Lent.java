package io.github.reactoruring.internal.source.buffer;

import java.util.Objects;

import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.source.Faults;

/**
 * Bytes that are on loan from a buffer, for the kernel to read.
 *
 * <p>Invariant: the loan ends once, and its end throws nothing, so that none of several is forgotten. Where the bytes are,
 * and how many, is asked for once, by whoever lends them.
 *
 * <p><b>Threads:</b> whoever has it.
 */
public final class Lent {

    private final BufferReader.Loan loan;
    private final long address;
    private final int lengthBytes;
    private boolean ended;

    private Lent(BufferReader.Loan loan, long address, int lengthBytes) {
        this.loan = loan;
        this.address = address;
        this.lengthBytes = lengthBytes;
    }

    /** Has the buffer lent; one that cannot be is freed before this throws. */
    public static <B> Lent of(BufferReader<? super B> reader, B buffer) {
        return of(reader, buffer, false);
    }

    /** As {@link #of}, for a buffer that does not change meanwhile, so that it may be copied piece by piece. */
    public static <B> Lent inPieces(BufferReader<? super B> reader, B buffer) {
        return of(reader, buffer, true);
    }

    private static <B> Lent of(BufferReader<? super B> reader, B buffer, boolean inPieces) {
        BufferReader.Loan loan;
        try {
            loan = Objects.requireNonNull(inPieces ? reader.lendInPieces(buffer) : reader.lend(buffer),
                    "A BufferReader lent null");
        } catch (Throwable t) {
            free(reader, buffer);
            throw t;
        }
        try {
            return new Lent(loan, loan.address(), loan.lengthBytes());
        } catch (Throwable t) {
            new Lent(loan, 0, 0).release();
            throw t;
        }
    }

    /** Frees a buffer that is not to be lent. */
    public static <B> void free(BufferReader<? super B> reader, B buffer) {
        try {
            reader.release(buffer);
        } catch (Throwable t) {
            Faults.log("A buffer that was not written could not be freed", t);
        }
    }

    public long address() {
        return address;
    }

    public int lengthBytes() {
        return lengthBytes;
    }

    /** Returns where a part of the bytes is, until the next is asked for. */
    public long piece(int offset, int partBytes) {
        return loan.piece(offset, partBytes);
    }

    /** Returns the registered buffer that it lies in on {@code loop}'s ring, or -1. */
    public int slotOn(EventLoop loop) {
        return RegisteredPool.slotOf(loan, loop);
    }

    /** Ends the loan, unless it has ended. */
    public void release() {
        if (!ended) {
            ended = true;
            try {
                loan.release();
            } catch (Throwable t) {
                Faults.log("A buffer that was written could not be freed", t);
            }
        }
    }
}
