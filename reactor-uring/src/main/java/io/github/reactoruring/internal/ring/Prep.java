package io.github.reactoruring.internal.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * Fills the SQE of each operation, as liburing's {@code io_uring_prep_*} do: all but user_data, and the IOSQE flags of the
 * file and of the request, which are added.
 *
 * <p>Addresses are of memory that stays until the request's final CQE. An offset of -1 is the file's current position.
 */
public final class Prep {

    private static final byte UNKNOWN_OPCODE = (byte) 255;

    private Prep() {
    }

    public static Sqe nop(Sqe sqe) {
        return sqe.opcode(IoUringAbi.IORING_OP_NOP).fd(-1);
    }

    // ---- Reading and writing

    private static Sqe rw(Sqe sqe, int opcode, int fd, long address, int length, long offset) {
        return sqe.opcode(opcode).fd(fd).off(offset).addr(address).len(length);
    }

    public static Sqe read(Sqe sqe, int fd, long address, int length, long offset) {
        return rw(sqe, IoUringAbi.IORING_OP_READ, fd, address, length, offset);
    }

    /**
     * Reads into a registered buffer (READ_FIXED), or into other memory.
     *
     * @param slot the registered buffer that the memory lies in, or -1
     */
    public static Sqe read(Sqe sqe, int fd, long address, int length, long offset, int slot) {
        return slot < 0
                ? read(sqe, fd, address, length, offset)
                : rw(sqe, IoUringAbi.IORING_OP_READ_FIXED, fd, address, length, offset).bufIndex(slot);
    }

    /** Reads from the current position as often as there is something, into provided buffers. */
    public static Sqe readMultishot(Sqe sqe, int fd, int bufferGroup) {
        return rw(sqe, IoUringAbi.IORING_OP_READ_MULTISHOT, fd, 0, 0, -1).bufIndex(bufferGroup)
                .addFlags(IoUringAbi.IOSQE_BUFFER_SELECT);
    }

    /**
     * Writes from a registered buffer (WRITE_FIXED), or from other memory.
     *
     * @param slot the registered buffer that the memory lies in, or -1
     */
    public static Sqe write(Sqe sqe, int fd, long address, int length, long offset, int slot) {
        return slot < 0
                ? rw(sqe, IoUringAbi.IORING_OP_WRITE, fd, address, length, offset)
                : rw(sqe, IoUringAbi.IORING_OP_WRITE_FIXED, fd, address, length, offset).bufIndex(slot);
    }

    /** @param vectors the address of {@code count} struct iovec */
    public static Sqe writev(Sqe sqe, int fd, long vectors, int count, long offset) {
        return rw(sqe, IoUringAbi.IORING_OP_WRITEV, fd, vectors, count, offset);
    }

    /** @param flags SPLICE_F_*, the one among them that says what {@code fdIn} is */
    public static Sqe splice(Sqe sqe, int fdIn, long offsetIn, int fdOut, long offsetOut, int length, int flags) {
        return rw(sqe, IoUringAbi.IORING_OP_SPLICE, fdOut, offsetIn, length, offsetOut).opFlags(flags).fileIndex(fdIn);
    }

    // ---- Open files

    public static Sqe fsync(Sqe sqe, int fd, int flags) {
        return sqe.opcode(IoUringAbi.IORING_OP_FSYNC).fd(fd).opFlags(flags);
    }

    public static Sqe fallocate(Sqe sqe, int fd, int mode, long offset, long length) {
        return sqe.opcode(IoUringAbi.IORING_OP_FALLOCATE).fd(fd).off(offset).addr(length).len(mode);
    }

    public static Sqe ftruncate(Sqe sqe, int fd, long length) {
        return sqe.opcode(IoUringAbi.IORING_OP_FTRUNCATE).fd(fd).off(length);
    }

    /** A length that does not fit 32 bits goes where kernels that know such put it. */
    public static Sqe fadvise(Sqe sqe, int fd, long offset, long length, int advice) {
        boolean fits = length <= 0xFFFF_FFFFL;
        return sqe.opcode(IoUringAbi.IORING_OP_FADVISE).fd(fd).off(offset).addr(fits ? 0 : length)
                .len(fits ? (int) length : 0).opFlags(advice);
    }

    public static Sqe close(Sqe sqe, int fd) {
        return sqe.opcode(IoUringAbi.IORING_OP_CLOSE).fd(fd);
    }

    /** @param slot of the ring's file table */
    public static Sqe closeDirect(Sqe sqe, int slot) {
        return sqe.opcode(IoUringAbi.IORING_OP_CLOSE).fileIndex(slot + 1);
    }

    // ---- Paths, relative to a directory's descriptor or to AT_FDCWD

    public static Sqe openat(Sqe sqe, int directory, long path, int flags, int mode) {
        return sqe.opcode(IoUringAbi.IORING_OP_OPENAT).fd(directory).addr(path).len(mode).opFlags(flags);
    }

    /** Opens into a free slot of the ring's file table. */
    public static Sqe openatDirect(Sqe sqe, int directory, long path, int flags, int mode) {
        return openat(sqe, directory, path, flags, mode).fileIndex(IoUringAbi.IORING_FILE_INDEX_ALLOC);
    }

    /** @param status the address of a struct statx */
    public static Sqe statx(Sqe sqe, int directory, long path, int flags, int mask, long status) {
        return sqe.opcode(IoUringAbi.IORING_OP_STATX).fd(directory).addr(path).len(mask).off(status).opFlags(flags);
    }

    public static Sqe unlinkat(Sqe sqe, int directory, long path, int flags) {
        return sqe.opcode(IoUringAbi.IORING_OP_UNLINKAT).fd(directory).addr(path).opFlags(flags);
    }

    public static Sqe mkdirat(Sqe sqe, int directory, long path, int mode) {
        return sqe.opcode(IoUringAbi.IORING_OP_MKDIRAT).fd(directory).addr(path).len(mode);
    }

    public static Sqe symlinkat(Sqe sqe, long target, int directory, long link) {
        return sqe.opcode(IoUringAbi.IORING_OP_SYMLINKAT).fd(directory).addr(target).off(link);
    }

    private static Sqe twoPaths(Sqe sqe, int opcode, int oldDirectory, long oldPath, int newDirectory, long newPath,
            int flags) {
        return sqe.opcode(opcode).fd(oldDirectory).addr(oldPath).len(newDirectory).off(newPath).opFlags(flags);
    }

    public static Sqe renameat(Sqe sqe, int oldDirectory, long oldPath, int newDirectory, long newPath, int flags) {
        return twoPaths(sqe, IoUringAbi.IORING_OP_RENAMEAT, oldDirectory, oldPath, newDirectory, newPath, flags);
    }

    public static Sqe linkat(Sqe sqe, int oldDirectory, long oldPath, int newDirectory, long newPath, int flags) {
        return twoPaths(sqe, IoUringAbi.IORING_OP_LINKAT, oldDirectory, oldPath, newDirectory, newPath, flags);
    }

    // ---- Extended attributes

    private static Sqe xattr(Sqe sqe, int opcode, long name, long value, int length) {
        return sqe.opcode(opcode).addr(name).off(value).len(length);
    }

    public static Sqe getxattr(Sqe sqe, long name, long value, long path, int length) {
        return xattr(sqe, IoUringAbi.IORING_OP_GETXATTR, name, value, length).addr3(path);
    }

    public static Sqe setxattr(Sqe sqe, long name, long value, long path, int length) {
        return xattr(sqe, IoUringAbi.IORING_OP_SETXATTR, name, value, length).addr3(path);
    }

    public static Sqe fgetxattr(Sqe sqe, int fd, long name, long value, int length) {
        return xattr(sqe, IoUringAbi.IORING_OP_FGETXATTR, name, value, length).fd(fd);
    }

    public static Sqe fsetxattr(Sqe sqe, int fd, long name, long value, int length) {
        return xattr(sqe, IoUringAbi.IORING_OP_FSETXATTR, name, value, length).fd(fd);
    }

    // ---- Polls and timers

    public static Sqe pollAdd(Sqe sqe, int fd, int events) {
        return sqe.opcode(IoUringAbi.IORING_OP_POLL_ADD).fd(fd).opFlags(events);
    }

    public static Sqe pollMultishot(Sqe sqe, int fd, int events) {
        return pollAdd(sqe, fd, events).len(IoUringAbi.IORING_POLL_ADD_MULTI);
    }

    public static Sqe pollRemove(Sqe sqe, long userData) {
        return sqe.opcode(IoUringAbi.IORING_OP_POLL_REMOVE).fd(-1).addr(userData);
    }

    /** @param flags IORING_POLL_UPDATE_* and IORING_POLL_ADD_* */
    public static Sqe pollUpdate(Sqe sqe, long userData, int events, int flags) {
        return pollRemove(sqe, userData).len(flags).opFlags(events);
    }

    /** @param timespec the address of a struct __kernel_timespec */
    public static Sqe timeout(Sqe sqe, long timespec, int flags) {
        return sqe.opcode(IoUringAbi.IORING_OP_TIMEOUT).fd(-1).addr(timespec).len(1).opFlags(flags);
    }

    public static Sqe linkTimeout(Sqe sqe, long timespec) {
        return timeout(sqe, timespec, 0).opcode(IoUringAbi.IORING_OP_LINK_TIMEOUT);
    }

    public static Sqe timeoutRemove(Sqe sqe, long userData) {
        return sqe.opcode(IoUringAbi.IORING_OP_TIMEOUT_REMOVE).fd(-1).addr(userData);
    }

    public static Sqe timeoutUpdate(Sqe sqe, long userData, long timespec) {
        return timeoutRemove(sqe, userData).off(timespec).opFlags(IoUringAbi.IORING_TIMEOUT_UPDATE);
    }

    // ---- Cancels and messages

    /** Cancels one request, by its user_data. */
    public static Sqe cancel(Sqe sqe, long userData) {
        return sqe.opcode(IoUringAbi.IORING_OP_ASYNC_CANCEL).fd(-1).addr(userData);
    }

    /**
     * Cancels what all keys match that {@code flags} names.
     *
     * @param flags IORING_ASYNC_CANCEL_*
     */
    public static Sqe cancelMatching(Sqe sqe, long userData, int fd, int opcode, int flags) {
        return cancel(sqe, userData).fd(fd).len(opcode).opFlags(flags);
    }

    /** Posts a completion to the ring {@code fd}. */
    public static Sqe msgRing(Sqe sqe, int fd, long userData) {
        return sqe.opcode(IoUringAbi.IORING_OP_MSG_RING).fd(fd).off(userData);
    }

    /** Posts a completion with these flags to the ring {@code fd}. */
    public static Sqe msgRing(Sqe sqe, int fd, long userData, int cqeFlags) {
        return msgRing(sqe, fd, userData).opFlags(IoUringAbi.IORING_MSG_RING_FLAGS_PASS).fileIndex(cqeFlags);
    }

    /**
     * Makes a filled entry an operation that no kernel knows, and refuses: EINVAL, and what is linked behind it is cancelled.
     *
     * @param entries the SQEs
     */
    public static void refuse(MemorySegment entries, int index) {
        entries.set(ValueLayout.JAVA_BYTE, (long) index * IoUringAbi.SQE_BYTES, UNKNOWN_OPCODE);
    }
}
