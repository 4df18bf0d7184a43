package io.github.reactoruring.internal.ring.scripted;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.OpenFlags;

/** Holds an SQE as the kernel reads it: every byte, those the library never writes too. */
public record SqeBytes(int opcode, int flags, int ioprio, int fd, long off, long addr, int len, int opFlags,
        long userData, int bufIndex, int personality, int fileIndex, long addr3, long pad) {

    static SqeBytes decode(MemorySegment sqes, int index) {
        long base = (long) index * IoUringAbi.SQE_BYTES;
        return new SqeBytes((int) field(sqes, base, 1), (int) field(sqes, base + 1, 1), (int) field(sqes, base + 2, 2),
                (int) field(sqes, base + 4, 4), field(sqes, base + 8, 8), field(sqes, base + 16, 8),
                (int) field(sqes, base + 24, 4), (int) field(sqes, base + 28, 4), field(sqes, base + 32, 8),
                (int) field(sqes, base + 40, 2), (int) field(sqes, base + 42, 2), (int) field(sqes, base + 44, 4),
                field(sqes, base + 48, 8), field(sqes, base + 56, 8));
    }

    private static long field(MemorySegment sqes, long offset, int bytes) {
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << Byte.SIZE | Byte.toUnsignedLong(sqes.get(ValueLayout.JAVA_BYTE, offset + i));
        }
        return value;
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

    /** Says whether the kernel writes to {@code addr … addr + len}. */
    public boolean writesMemory() {
        boolean reads = opcode == IoUringAbi.IORING_OP_READ || opcode == IoUringAbi.IORING_OP_READ_FIXED
                || opcode == IoUringAbi.IORING_OP_RECV;
        return reads && !has(IoUringAbi.IOSQE_BUFFER_SELECT);
    }

    /** Says whether the kernel reads from {@code addr … addr + len} until it is done. */
    public boolean readsMemory() {
        return switch (opcode) {
            case IoUringAbi.IORING_OP_WRITE, IoUringAbi.IORING_OP_WRITE_FIXED, IoUringAbi.IORING_OP_SEND,
                    IoUringAbi.IORING_OP_SEND_ZC ->
                true;
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
