package io.github.reactoruring.internal.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.OpenFlags;

/**
 * Holds a submission queue entry as who serves it reads it: every byte, those the library never writes too. The counterpart
 * of {@link Sqe}, for rings that emulate the kernel. A field is named after the member of its union that the library writes.
 *
 * <pre>
 *    0 opcode u8 | 1 flags u8 | 2 ioprio u16 | 4 fd s32
 *    8 off u64
 *   16 addr u64
 *   24 len u32   | 28 opFlags u32
 *   32 userData u64
 *   40 bufIndex u16 | 42 personality u16 | 44 fileIndex u32
 *   48 addr3 u64
 *   56 pad u64
 * </pre>
 *
 * @param opcode IORING_OP_*
 * @param flags IOSQE_*
 * @param opFlags the operation's own flags
 * @param bufIndex the number of a registered buffer, or the group of provided ones
 * @param fileIndex a slot and 1, or the descriptor to splice from
 * @param pad what is to be zero
 */
public record SqeBytes(int opcode, int flags, int ioprio, int fd, long off, long addr, int len, int opFlags,
        long userData, int bufIndex, int personality, int fileIndex, long addr3, long pad) {

    /** Reads entry {@code index} of an SQE array. */
    public static SqeBytes decode(MemorySegment entries, int index) {
        long base = (long) index * IoUringAbi.SQE_BYTES;
        return new SqeBytes(
                Byte.toUnsignedInt(entries.get(ValueLayout.JAVA_BYTE, base)),
                Byte.toUnsignedInt(entries.get(ValueLayout.JAVA_BYTE, base + 1)),
                Short.toUnsignedInt(entries.get(ValueLayout.JAVA_SHORT, base + 2)),
                entries.get(ValueLayout.JAVA_INT, base + 4),
                entries.get(ValueLayout.JAVA_LONG, base + 8),
                entries.get(ValueLayout.JAVA_LONG, base + 16),
                entries.get(ValueLayout.JAVA_INT, base + 24),
                entries.get(ValueLayout.JAVA_INT, base + 28),
                entries.get(ValueLayout.JAVA_LONG, base + 32),
                Short.toUnsignedInt(entries.get(ValueLayout.JAVA_SHORT, base + 40)),
                Short.toUnsignedInt(entries.get(ValueLayout.JAVA_SHORT, base + 42)),
                entries.get(ValueLayout.JAVA_INT, base + 44),
                entries.get(ValueLayout.JAVA_LONG, base + 48),
                entries.get(ValueLayout.JAVA_LONG, base + 56));
    }

    /** Says whether any of these IOSQE_* flags is set. */
    public boolean has(int sqeFlags) {
        return (flags & sqeFlags) != 0;
    }

    public boolean isCancel() {
        return opcode == IoUringAbi.IORING_OP_ASYNC_CANCEL;
    }

    /** Says whether the request gives more than one completion by itself. */
    public boolean isMultishot() {
        return switch (opcode) {
            case IoUringAbi.IORING_OP_POLL_ADD -> (len & IoUringAbi.IORING_POLL_ADD_MULTI) != 0;
            case IoUringAbi.IORING_OP_TIMEOUT -> (opFlags & IoUringAbi.IORING_TIMEOUT_MULTISHOT) != 0;
            case IoUringAbi.IORING_OP_ACCEPT -> (ioprio & IoUringAbi.IORING_ACCEPT_MULTISHOT) != 0;
            case IoUringAbi.IORING_OP_RECV, IoUringAbi.IORING_OP_RECVMSG -> (ioprio
                    & IoUringAbi.IORING_RECV_MULTISHOT) != 0;
            case IoUringAbi.IORING_OP_READ_MULTISHOT -> true;
            default -> false;
        };
    }

    /** Says whether the request works on the descriptor, or slot, in {@code fd}. */
    public boolean namesFile() {
        return switch (opcode) {
            case IoUringAbi.IORING_OP_NOP, IoUringAbi.IORING_OP_TIMEOUT, IoUringAbi.IORING_OP_LINK_TIMEOUT,
                    IoUringAbi.IORING_OP_OPENAT, IoUringAbi.IORING_OP_OPENAT2, IoUringAbi.IORING_OP_CLOSE,
                    IoUringAbi.IORING_OP_ASYNC_CANCEL, IoUringAbi.IORING_OP_SOCKET, IoUringAbi.IORING_OP_PIPE,
                    IoUringAbi.IORING_OP_TIMEOUT_REMOVE, IoUringAbi.IORING_OP_POLL_REMOVE ->
                false;
            // Relative to the working directory: a path.
            default -> fd != OpenFlags.AT_FDCWD;
        };
    }

    @Override
    public String toString() {
        return "SQE(opcode=" + opcode + ", flags=0x" + Integer.toHexString(flags) + ", ioprio=" + ioprio + ", fd=" + fd
                + ", off=" + off + ", addr=0x" + Long.toHexString(addr) + ", len=" + len + ", opFlags=0x"
                + Integer.toHexString(opFlags) + ", user_data=0x" + Long.toHexString(userData) + ", bufIndex="
                + bufIndex + ", fileIndex=" + fileIndex + ")";
    }
}
