package io.github.reactoruring.internal.ring.scripted;

import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.sys.IoUringAbi;

/** Knows which requests use memory at {@code addr … addr + len}, of those that tests look into. */
public final class MemoryUse {

    private MemoryUse() {
    }

    /** Says whether the kernel writes to it. */
    public static boolean writes(SqeBytes sqe) {
        boolean reads = sqe.opcode() == IoUringAbi.IORING_OP_READ || sqe.opcode() == IoUringAbi.IORING_OP_READ_FIXED
                || sqe.opcode() == IoUringAbi.IORING_OP_RECV;
        return reads && !sqe.has(IoUringAbi.IOSQE_BUFFER_SELECT);
    }

    /** Says whether the kernel reads from it until it is done. */
    public static boolean reads(SqeBytes sqe) {
        return switch (sqe.opcode()) {
            case IoUringAbi.IORING_OP_WRITE, IoUringAbi.IORING_OP_WRITE_FIXED, IoUringAbi.IORING_OP_SEND,
                    IoUringAbi.IORING_OP_SEND_ZC ->
                true;
            default -> false;
        };
    }
}
