package io.github.reactoruring.raw;

/**
 * Names the operations of io_uring (io_uring_enter(2)), each with the kernel that brought it. Whether the running
 * kernel has one is probed: {@link Raw#supports}.
 */
public enum Opcode {

    /** IORING_OP_NOP, Linux 5.1. */
    NOP(0, "5.1", false),
    /** IORING_OP_READV, Linux 5.1. */
    READV(1, "5.1", false),
    /** IORING_OP_WRITEV, Linux 5.1. */
    WRITEV(2, "5.1", false),
    /** IORING_OP_FSYNC, Linux 5.1. */
    FSYNC(3, "5.1", false),
    /** IORING_OP_READ_FIXED, Linux 5.1. */
    READ_FIXED(4, "5.1", false),
    /** IORING_OP_WRITE_FIXED, Linux 5.1. */
    WRITE_FIXED(5, "5.1", false),
    /** IORING_OP_POLL_ADD, Linux 5.1. */
    POLL_ADD(6, "5.1", false),
    /** IORING_OP_POLL_REMOVE, Linux 5.1. */
    POLL_REMOVE(7, "5.1", false),
    /** IORING_OP_SYNC_FILE_RANGE, Linux 5.2. */
    SYNC_FILE_RANGE(8, "5.2", false),
    /** IORING_OP_SENDMSG, Linux 5.3. */
    SENDMSG(9, "5.3", false),
    /** IORING_OP_RECVMSG, Linux 5.3. */
    RECVMSG(10, "5.3", false),
    /** IORING_OP_TIMEOUT, Linux 5.4. */
    TIMEOUT(11, "5.4", false),
    /** IORING_OP_TIMEOUT_REMOVE, Linux 5.5. */
    TIMEOUT_REMOVE(12, "5.5", false),
    /** IORING_OP_ACCEPT, Linux 5.5. */
    ACCEPT(13, "5.5", true),
    /** IORING_OP_ASYNC_CANCEL, Linux 5.5. */
    ASYNC_CANCEL(14, "5.5", false),
    /** IORING_OP_LINK_TIMEOUT, Linux 5.5. */
    LINK_TIMEOUT(15, "5.5", false),
    /** IORING_OP_CONNECT, Linux 5.5. */
    CONNECT(16, "5.5", false),
    /** IORING_OP_FALLOCATE, Linux 5.6. */
    FALLOCATE(17, "5.6", false),
    /** IORING_OP_OPENAT, Linux 5.6. */
    OPENAT(18, "5.6", true),
    /** IORING_OP_CLOSE, Linux 5.6. */
    CLOSE(19, "5.6", false),
    /** IORING_OP_FILES_UPDATE, Linux 5.6. */
    FILES_UPDATE(20, "5.6", false),
    /** IORING_OP_STATX, Linux 5.6. */
    STATX(21, "5.6", false),
    /** IORING_OP_READ, Linux 5.6. */
    READ(22, "5.6", false),
    /** IORING_OP_WRITE, Linux 5.6. */
    WRITE(23, "5.6", false),
    /** IORING_OP_FADVISE, Linux 5.6. */
    FADVISE(24, "5.6", false),
    /** IORING_OP_MADVISE, Linux 5.6. */
    MADVISE(25, "5.6", false),
    /** IORING_OP_SEND, Linux 5.6. */
    SEND(26, "5.6", false),
    /** IORING_OP_RECV, Linux 5.6. */
    RECV(27, "5.6", false),
    /** IORING_OP_OPENAT2, Linux 5.6. */
    OPENAT2(28, "5.6", true),
    /** IORING_OP_EPOLL_CTL, Linux 5.6. */
    EPOLL_CTL(29, "5.6", false),
    /** IORING_OP_SPLICE, Linux 5.7. */
    SPLICE(30, "5.7", false),
    /** IORING_OP_PROVIDE_BUFFERS, Linux 5.7. */
    PROVIDE_BUFFERS(31, "5.7", false),
    /** IORING_OP_REMOVE_BUFFERS, Linux 5.7. */
    REMOVE_BUFFERS(32, "5.7", false),
    /** IORING_OP_TEE, Linux 5.8. */
    TEE(33, "5.8", false),
    /** IORING_OP_SHUTDOWN, Linux 5.11. */
    SHUTDOWN(34, "5.11", false),
    /** IORING_OP_RENAMEAT, Linux 5.11. */
    RENAMEAT(35, "5.11", false),
    /** IORING_OP_UNLINKAT, Linux 5.11. */
    UNLINKAT(36, "5.11", false),
    /** IORING_OP_MKDIRAT, Linux 5.15. */
    MKDIRAT(37, "5.15", false),
    /** IORING_OP_SYMLINKAT, Linux 5.15. */
    SYMLINKAT(38, "5.15", false),
    /** IORING_OP_LINKAT, Linux 5.15. */
    LINKAT(39, "5.15", false),
    /** IORING_OP_MSG_RING, Linux 5.18. */
    MSG_RING(40, "5.18", false),
    /** IORING_OP_FSETXATTR, Linux 5.19. */
    FSETXATTR(41, "5.19", false),
    /** IORING_OP_SETXATTR, Linux 5.19. */
    SETXATTR(42, "5.19", false),
    /** IORING_OP_FGETXATTR, Linux 5.19. */
    FGETXATTR(43, "5.19", false),
    /** IORING_OP_GETXATTR, Linux 5.19. */
    GETXATTR(44, "5.19", false),
    /** IORING_OP_SOCKET, Linux 5.19. */
    SOCKET(45, "5.19", true),
    /** IORING_OP_URING_CMD, Linux 5.19. */
    URING_CMD(46, "5.19", false),
    /** IORING_OP_SEND_ZC, Linux 6.0. */
    SEND_ZC(47, "6.0", false),
    /** IORING_OP_SENDMSG_ZC, Linux 6.1. */
    SENDMSG_ZC(48, "6.1", false),
    /** IORING_OP_READ_MULTISHOT, Linux 6.7. */
    READ_MULTISHOT(49, "6.7", false),
    /** IORING_OP_WAITID, Linux 6.7. */
    WAITID(50, "6.7", false),
    /** IORING_OP_FUTEX_WAIT, Linux 6.7. */
    FUTEX_WAIT(51, "6.7", false),
    /** IORING_OP_FUTEX_WAKE, Linux 6.7. */
    FUTEX_WAKE(52, "6.7", false),
    /** IORING_OP_FUTEX_WAITV, Linux 6.7. */
    FUTEX_WAITV(53, "6.7", false),
    /** IORING_OP_FIXED_FD_INSTALL, Linux 6.8. */
    FIXED_FD_INSTALL(54, "6.8", true),
    /** IORING_OP_FTRUNCATE, Linux 6.9. */
    FTRUNCATE(55, "6.9", false),
    /** IORING_OP_BIND, Linux 6.11. */
    BIND(56, "6.11", false),
    /** IORING_OP_LISTEN, Linux 6.11. */
    LISTEN(57, "6.11", false),
    /** IORING_OP_RECV_ZC, Linux 6.15. */
    RECV_ZC(58, "6.15", false),
    /** IORING_OP_EPOLL_WAIT, Linux 6.15. */
    EPOLL_WAIT(59, "6.15", false),
    /** IORING_OP_READV_FIXED, Linux 6.15. */
    READV_FIXED(60, "6.15", false),
    /** IORING_OP_WRITEV_FIXED, Linux 6.15. */
    WRITEV_FIXED(61, "6.15", false),
    /** IORING_OP_PIPE, Linux 6.16. */
    PIPE(62, "6.16", false);

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
