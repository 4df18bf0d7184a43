package io.github.reactoruring.internal.loop;

import io.github.reactoruring.internal.sys.IoUringAbi;

/** Knows what operations do with the memory that their SQE points to. */
final class Opcodes {

    private Opcodes() {
    }

    /** Says whether the kernel may use memory of the request's while it is in flight; what is not known does. */
    static boolean usesMemory(int opcode) {
        return switch (opcode) {
            // A timer's struct is read when it is submitted.
            case IoUringAbi.IORING_OP_NOP, IoUringAbi.IORING_OP_POLL_ADD, IoUringAbi.IORING_OP_TIMEOUT,
                    IoUringAbi.IORING_OP_LINK_TIMEOUT, IoUringAbi.IORING_OP_ASYNC_CANCEL,
                    IoUringAbi.IORING_OP_CLOSE ->
                false;
            default -> true;
        };
    }
}
