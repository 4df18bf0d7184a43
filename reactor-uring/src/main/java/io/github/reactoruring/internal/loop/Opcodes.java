package io.github.reactoruring.internal.loop;

import io.github.reactoruring.internal.sys.IoUringAbi;

/** Knows what operations do with the memory that their SQE points to, and which of them may keep it waiting. */
final class Opcodes {

    /** A bit for each: asked of every request. */
    private static final long ALWAYS_SOON = set(IoUringAbi.IORING_OP_NOP, IoUringAbi.IORING_OP_ASYNC_CANCEL,
            IoUringAbi.IORING_OP_POLL_REMOVE, IoUringAbi.IORING_OP_TIMEOUT_REMOVE, IoUringAbi.IORING_OP_LINK_TIMEOUT,
            IoUringAbi.IORING_OP_CLOSE, IoUringAbi.IORING_OP_MSG_RING, IoUringAbi.IORING_OP_FILES_UPDATE,
            IoUringAbi.IORING_OP_PROVIDE_BUFFERS, IoUringAbi.IORING_OP_REMOVE_BUFFERS, IoUringAbi.IORING_OP_SHUTDOWN,
            IoUringAbi.IORING_OP_SOCKET, IoUringAbi.IORING_OP_BIND, IoUringAbi.IORING_OP_LISTEN,
            IoUringAbi.IORING_OP_FUTEX_WAKE, IoUringAbi.IORING_OP_FIXED_FD_INSTALL, IoUringAbi.IORING_OP_EPOLL_CTL,
            IoUringAbi.IORING_OP_PIPE);
    private static final long SOON_ON_PROMPT_FILES = set(IoUringAbi.IORING_OP_READ, IoUringAbi.IORING_OP_READV,
            IoUringAbi.IORING_OP_READ_FIXED, IoUringAbi.IORING_OP_WRITE, IoUringAbi.IORING_OP_WRITEV,
            IoUringAbi.IORING_OP_WRITE_FIXED, IoUringAbi.IORING_OP_FSYNC, IoUringAbi.IORING_OP_FALLOCATE,
            IoUringAbi.IORING_OP_FTRUNCATE, IoUringAbi.IORING_OP_FADVISE, IoUringAbi.IORING_OP_SYNC_FILE_RANGE,
            IoUringAbi.IORING_OP_FGETXATTR, IoUringAbi.IORING_OP_FSETXATTR);

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

    /**
     * Says whether an operation ends by itself soon, whoever its peer is; what is not known does not. Operations on paths do
     * not: where a path leads nobody knows, and a filesystem that hangs keeps them for ever.
     *
     * @param onPromptFile whether it works on a file that is known to be a regular one on a disk
     */
    static boolean endsSoon(int opcode, boolean onPromptFile) {
        long soon = onPromptFile ? ALWAYS_SOON | SOON_ON_PROMPT_FILES : ALWAYS_SOON;
        return opcode < Long.SIZE && (soon >>> opcode & 1) != 0;
    }

    private static long set(int... opcodes) {
        long set = 0;
        for (int opcode : opcodes) {
            set |= 1L << opcode;
        }
        return set;
    }
}
