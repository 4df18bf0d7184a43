package io.github.reactoruring.raw;

import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * Names the operations of io_uring (io_uring_enter(2)), each with the kernel that brought it. Whether the running
 * kernel has one is probed: {@link Raw#supports}.
 */
public enum Opcode {

    /** IORING_OP_NOP, Linux 5.1. */
    NOP(IoUringAbi.IORING_OP_NOP, "5.1", false),
    /** IORING_OP_READV, Linux 5.1. */
    READV(IoUringAbi.IORING_OP_READV, "5.1", false),
    /** IORING_OP_WRITEV, Linux 5.1. */
    WRITEV(IoUringAbi.IORING_OP_WRITEV, "5.1", false),
    /** IORING_OP_FSYNC, Linux 5.1. */
    FSYNC(IoUringAbi.IORING_OP_FSYNC, "5.1", false),
    /** IORING_OP_READ_FIXED, Linux 5.1. */
    READ_FIXED(IoUringAbi.IORING_OP_READ_FIXED, "5.1", false),
    /** IORING_OP_WRITE_FIXED, Linux 5.1. */
    WRITE_FIXED(IoUringAbi.IORING_OP_WRITE_FIXED, "5.1", false),
    /** IORING_OP_POLL_ADD, Linux 5.1. */
    POLL_ADD(IoUringAbi.IORING_OP_POLL_ADD, "5.1", false),
    /** IORING_OP_POLL_REMOVE, Linux 5.1. */
    POLL_REMOVE(IoUringAbi.IORING_OP_POLL_REMOVE, "5.1", false),
    /** IORING_OP_SYNC_FILE_RANGE, Linux 5.2. */
    SYNC_FILE_RANGE(IoUringAbi.IORING_OP_SYNC_FILE_RANGE, "5.2", false),
    /** IORING_OP_SENDMSG, Linux 5.3. */
    SENDMSG(IoUringAbi.IORING_OP_SENDMSG, "5.3", false),
    /** IORING_OP_RECVMSG, Linux 5.3. */
    RECVMSG(IoUringAbi.IORING_OP_RECVMSG, "5.3", false),
    /** IORING_OP_TIMEOUT, Linux 5.4. */
    TIMEOUT(IoUringAbi.IORING_OP_TIMEOUT, "5.4", false),
    /** IORING_OP_TIMEOUT_REMOVE, Linux 5.5. */
    TIMEOUT_REMOVE(IoUringAbi.IORING_OP_TIMEOUT_REMOVE, "5.5", false),
    /** IORING_OP_ACCEPT, Linux 5.5. */
    ACCEPT(IoUringAbi.IORING_OP_ACCEPT, "5.5", true),
    /** IORING_OP_ASYNC_CANCEL, Linux 5.5. */
    ASYNC_CANCEL(IoUringAbi.IORING_OP_ASYNC_CANCEL, "5.5", false),
    /** IORING_OP_LINK_TIMEOUT, Linux 5.5. */
    LINK_TIMEOUT(IoUringAbi.IORING_OP_LINK_TIMEOUT, "5.5", false),
    /** IORING_OP_CONNECT, Linux 5.5. */
    CONNECT(IoUringAbi.IORING_OP_CONNECT, "5.5", false),
    /** IORING_OP_FALLOCATE, Linux 5.6. */
    FALLOCATE(IoUringAbi.IORING_OP_FALLOCATE, "5.6", false),
    /** IORING_OP_OPENAT, Linux 5.6. */
    OPENAT(IoUringAbi.IORING_OP_OPENAT, "5.6", true),
    /** IORING_OP_CLOSE, Linux 5.6. */
    CLOSE(IoUringAbi.IORING_OP_CLOSE, "5.6", false),
    /** IORING_OP_FILES_UPDATE, Linux 5.6. */
    FILES_UPDATE(IoUringAbi.IORING_OP_FILES_UPDATE, "5.6", false),
    /** IORING_OP_STATX, Linux 5.6. */
    STATX(IoUringAbi.IORING_OP_STATX, "5.6", false),
    /** IORING_OP_READ, Linux 5.6. */
    READ(IoUringAbi.IORING_OP_READ, "5.6", false),
    /** IORING_OP_WRITE, Linux 5.6. */
    WRITE(IoUringAbi.IORING_OP_WRITE, "5.6", false),
    /** IORING_OP_FADVISE, Linux 5.6. */
    FADVISE(IoUringAbi.IORING_OP_FADVISE, "5.6", false),
    /** IORING_OP_MADVISE, Linux 5.6. */
    MADVISE(IoUringAbi.IORING_OP_MADVISE, "5.6", false),
    /** IORING_OP_SEND, Linux 5.6. */
    SEND(IoUringAbi.IORING_OP_SEND, "5.6", false),
    /** IORING_OP_RECV, Linux 5.6. */
    RECV(IoUringAbi.IORING_OP_RECV, "5.6", false),
    /** IORING_OP_OPENAT2, Linux 5.6. */
    OPENAT2(IoUringAbi.IORING_OP_OPENAT2, "5.6", true),
    /** IORING_OP_EPOLL_CTL, Linux 5.6. */
    EPOLL_CTL(IoUringAbi.IORING_OP_EPOLL_CTL, "5.6", false),
    /** IORING_OP_SPLICE, Linux 5.7. */
    SPLICE(IoUringAbi.IORING_OP_SPLICE, "5.7", false),
    /** IORING_OP_PROVIDE_BUFFERS, Linux 5.7. */
    PROVIDE_BUFFERS(IoUringAbi.IORING_OP_PROVIDE_BUFFERS, "5.7", false),
    /** IORING_OP_REMOVE_BUFFERS, Linux 5.7. */
    REMOVE_BUFFERS(IoUringAbi.IORING_OP_REMOVE_BUFFERS, "5.7", false),
    /** IORING_OP_TEE, Linux 5.8. */
    TEE(IoUringAbi.IORING_OP_TEE, "5.8", false),
    /** IORING_OP_SHUTDOWN, Linux 5.11. */
    SHUTDOWN(IoUringAbi.IORING_OP_SHUTDOWN, "5.11", false),
    /** IORING_OP_RENAMEAT, Linux 5.11. */
    RENAMEAT(IoUringAbi.IORING_OP_RENAMEAT, "5.11", false),
    /** IORING_OP_UNLINKAT, Linux 5.11. */
    UNLINKAT(IoUringAbi.IORING_OP_UNLINKAT, "5.11", false),
    /** IORING_OP_MKDIRAT, Linux 5.15. */
    MKDIRAT(IoUringAbi.IORING_OP_MKDIRAT, "5.15", false),
    /** IORING_OP_SYMLINKAT, Linux 5.15. */
    SYMLINKAT(IoUringAbi.IORING_OP_SYMLINKAT, "5.15", false),
    /** IORING_OP_LINKAT, Linux 5.15. */
    LINKAT(IoUringAbi.IORING_OP_LINKAT, "5.15", false),
    /** IORING_OP_MSG_RING, Linux 5.18. */
    MSG_RING(IoUringAbi.IORING_OP_MSG_RING, "5.18", false),
    /** IORING_OP_FSETXATTR, Linux 5.19. */
    FSETXATTR(IoUringAbi.IORING_OP_FSETXATTR, "5.19", false),
    /** IORING_OP_SETXATTR, Linux 5.19. */
    SETXATTR(IoUringAbi.IORING_OP_SETXATTR, "5.19", false),
    /** IORING_OP_FGETXATTR, Linux 5.19. */
    FGETXATTR(IoUringAbi.IORING_OP_FGETXATTR, "5.19", false),
    /** IORING_OP_GETXATTR, Linux 5.19. */
    GETXATTR(IoUringAbi.IORING_OP_GETXATTR, "5.19", false),
    /** IORING_OP_SOCKET, Linux 5.19. */
    SOCKET(IoUringAbi.IORING_OP_SOCKET, "5.19", true),
    /** IORING_OP_URING_CMD, Linux 5.19. */
    URING_CMD(IoUringAbi.IORING_OP_URING_CMD, "5.19", false),
    /** IORING_OP_SEND_ZC, Linux 6.0. */
    SEND_ZC(IoUringAbi.IORING_OP_SEND_ZC, "6.0", false),
    /** IORING_OP_SENDMSG_ZC, Linux 6.1. */
    SENDMSG_ZC(IoUringAbi.IORING_OP_SENDMSG_ZC, "6.1", false),
    /** IORING_OP_READ_MULTISHOT, Linux 6.7. */
    READ_MULTISHOT(IoUringAbi.IORING_OP_READ_MULTISHOT, "6.7", false),
    /** IORING_OP_WAITID, Linux 6.7. */
    WAITID(IoUringAbi.IORING_OP_WAITID, "6.7", false),
    /** IORING_OP_FUTEX_WAIT, Linux 6.7. */
    FUTEX_WAIT(IoUringAbi.IORING_OP_FUTEX_WAIT, "6.7", false),
    /** IORING_OP_FUTEX_WAKE, Linux 6.7. */
    FUTEX_WAKE(IoUringAbi.IORING_OP_FUTEX_WAKE, "6.7", false),
    /** IORING_OP_FUTEX_WAITV, Linux 6.7. */
    FUTEX_WAITV(IoUringAbi.IORING_OP_FUTEX_WAITV, "6.7", false),
    /** IORING_OP_FIXED_FD_INSTALL, Linux 6.8. */
    FIXED_FD_INSTALL(IoUringAbi.IORING_OP_FIXED_FD_INSTALL, "6.8", true),
    /** IORING_OP_FTRUNCATE, Linux 6.9. */
    FTRUNCATE(IoUringAbi.IORING_OP_FTRUNCATE, "6.9", false),
    /** IORING_OP_BIND, Linux 6.11. */
    BIND(IoUringAbi.IORING_OP_BIND, "6.11", false),
    /** IORING_OP_LISTEN, Linux 6.11. */
    LISTEN(IoUringAbi.IORING_OP_LISTEN, "6.11", false),
    /** IORING_OP_RECV_ZC, Linux 6.15. */
    RECV_ZC(IoUringAbi.IORING_OP_RECV_ZC, "6.15", false),
    /** IORING_OP_EPOLL_WAIT, Linux 6.15. */
    EPOLL_WAIT(IoUringAbi.IORING_OP_EPOLL_WAIT, "6.15", false),
    /** IORING_OP_READV_FIXED, Linux 6.15. */
    READV_FIXED(IoUringAbi.IORING_OP_READV_FIXED, "6.15", false),
    /** IORING_OP_WRITEV_FIXED, Linux 6.15. */
    WRITEV_FIXED(IoUringAbi.IORING_OP_WRITEV_FIXED, "6.15", false),
    /** IORING_OP_PIPE, Linux 6.16. */
    PIPE(IoUringAbi.IORING_OP_PIPE, "6.16", false);

    private final int code;
    private final String since;
    private final boolean returnsDescriptor;

    Opcode(int code, String since, boolean returnsDescriptor) {
        this.code = code;
        this.since = since;
        this.returnsDescriptor = returnsDescriptor;
    }

    /** Returns the kernel's number. */
    public int code() {
        return code;
    }

    /** Returns the least Linux version, such as "5.6". */
    public String since() {
        return since;
    }

    /** Says whether its result is a new file descriptor, which somebody has to close. */
    public boolean returnsDescriptor() {
        return returnsDescriptor;
    }
}
