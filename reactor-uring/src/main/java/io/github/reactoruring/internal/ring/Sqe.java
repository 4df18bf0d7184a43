package io.github.reactoruring.internal.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * Writes one submission queue entry in place. A cursor: {@link #moveTo} points it at an entry and clears all
 * 64 bytes, so that nothing of the entry's former life reaches the kernel.
 *
 * <p>Setters are named after the kernel's fields; the layout is in {@link IoUringAbi}.
 */
public final class Sqe {

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private final MemorySegment entries;
    private long base;

    /** @param entries the whole SQE array */
    public Sqe(MemorySegment entries) {
        this.entries = entries;
    }

    /** Points at entry {@code index} and clears it. */
    public Sqe moveTo(int index) {
        base = (long) index * IoUringAbi.SQE_BYTES;
        for (int offset = 0; offset < IoUringAbi.SQE_BYTES; offset += Long.BYTES) {
            entries.set(LONG, base + offset, 0);
        }
        return this;
    }

    /** Clears the entry again: what a failed preparation leaves behind must not reach the kernel. */
    public Sqe reset() {
        return moveTo((int) (base / IoUringAbi.SQE_BYTES));
    }

    public Sqe opcode(int opcode) {
        entries.set(BYTE, base, (byte) opcode);
        return this;
    }

    /** Sets IOSQE_* flags, replacing those set before. */
    public Sqe flags(int flags) {
        entries.set(BYTE, base + 1, (byte) flags);
        return this;
    }

    /** Adds IOSQE_* flags to those set before. */
    public Sqe addFlags(int flags) {
        return flags(entries.get(BYTE, base + 1) | flags);
    }

    public Sqe ioprio(int ioprio) {
        entries.set(SHORT, base + 2, (short) ioprio);
        return this;
    }

    public Sqe fd(int fd) {
        entries.set(INT, base + 4, fd);
        return this;
    }

    public Sqe off(long off) {
        entries.set(LONG, base + 8, off);
        return this;
    }

    public Sqe addr(long addr) {
        entries.set(LONG, base + 16, addr);
        return this;
    }

    public Sqe len(int len) {
        entries.set(INT, base + 24, len);
        return this;
    }

    /** Sets the operation's own flags: rw_flags, poll32_events, timeout_flags, cancel_flags, … */
    public Sqe opFlags(int flags) {
        entries.set(INT, base + 28, flags);
        return this;
    }

    public Sqe userData(long userData) {
        entries.set(LONG, base + 32, userData);
        return this;
    }

    /** Sets buf_index or buf_group. */
    public Sqe bufIndex(int index) {
        entries.set(SHORT, base + 40, (short) index);
        return this;
    }

    public Sqe personality(int personality) {
        entries.set(SHORT, base + 42, (short) personality);
        return this;
    }

    /** Sets file_index, splice_fd_in, optlen or addr_len. */
    public Sqe fileIndex(int index) {
        entries.set(INT, base + 44, index);
        return this;
    }

    public Sqe addr3(long addr3) {
        entries.set(LONG, base + 48, addr3);
        return this;
    }
}
