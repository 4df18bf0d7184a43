package io.github.reactoruring.raw;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * Says what an explicit cancel matches: the whole of io_uring_prep_cancel(3) and its neighbours. Immutable.
 *
 * <pre>{@code
 * Cancel.userData(42)                             the request with this user_data
 * Cancel.fd(7).all()                              every request on the open file behind descriptor 7
 * Cancel.fixedFile(3).andOpcode(Opcode.READ).all()  every READ on direct descriptor 3
 * Cancel.any()                                    everything on the ring
 * }</pre>
 *
 * <p>Keys are joined by "and". Only requests of the same ring are seen. Without {@link #all()} the first match is
 * cancelled.
 *
 * @see <a href="https://man7.org/linux/man-pages/man3/io_uring_prep_cancel.3.html">io_uring_prep_cancel(3)</a>
 */
public final class Cancel {

    private static final int ALL = IoUringAbi.IORING_ASYNC_CANCEL_ALL;
    private static final int FD = IoUringAbi.IORING_ASYNC_CANCEL_FD;
    private static final int ANY = IoUringAbi.IORING_ASYNC_CANCEL_ANY;
    private static final int FD_FIXED = IoUringAbi.IORING_ASYNC_CANCEL_FD_FIXED;
    private static final int USERDATA = IoUringAbi.IORING_ASYNC_CANCEL_USERDATA;
    private static final int OP = IoUringAbi.IORING_ASYNC_CANCEL_OP;

    private final int flags;
    private final int fd;
    private final long userData;
    private final @Nullable Opcode opcode;

    private Cancel(int flags, int fd, long userData, @Nullable Opcode opcode) {
        this.flags = flags;
        this.fd = fd;
        this.userData = userData;
        this.opcode = opcode;
    }

    /** Matches the request with this user_data: see {@link Operation#userData} and {@link Operation#onStaged}. Linux 5.5. */
    public static Cancel userData(long userData) {
        return new Cancel(0, -1, userData, null);
    }

    /** Matches the request whose user_data is this address, as io_uring_prep_cancel(3) takes it. Linux 5.5. */
    public static Cancel pointer(MemorySegment pointer) {
        return userData(Objects.requireNonNull(pointer, "pointer").address());
    }

    /**
     * Matches requests on the open file behind a descriptor: those made through a duplicate of it too. Linux 5.19.
     *
     * @param fd an open descriptor; the kernel answers EBADF for a closed one
     * @throws IllegalArgumentException if negative
     */
    public static Cancel fd(int fd) {
        return new Cancel(FD, notNegative("fd", fd), 0, null);
    }

    /**
     * Matches requests on the file in a slot of the ring's file table. Linux 6.0.
     *
     * @throws IllegalArgumentException if negative
     */
    public static Cancel fixedFile(int slot) {
        return new Cancel(FD | FD_FIXED, notNegative("slot", slot), 0, null);
    }

    /** Matches requests of an operation. Linux 6.6. */
    public static Cancel opcode(Opcode opcode) {
        return new Cancel(OP, -1, 0, Objects.requireNonNull(opcode, "opcode"));
    }

    /**
     * Matches every request on the ring, and cancels all of them: those of other users of this Uring too, whose sources
     * fail. The library arms its own again. Linux 5.19.
     */
    public static Cancel any() {
        return new Cancel(ANY, -1, 0, null);
    }

    /**
     * Narrows the match to an operation. Linux 6.6.
     *
     * @throws IllegalArgumentException with {@link #any()}, or if an operation is given already
     */
    public Cancel andOpcode(Opcode narrowing) {
        refuse(OP, "an operation");
        return new Cancel(flags | OP | keyedByUserData(), fd, userData, Objects.requireNonNull(narrowing, "opcode"));
    }

    /**
     * Narrows the match to a user_data. Linux 6.6. Together with a file, kernels before 7.0 without the backported fix
     * find nothing.
     *
     * @throws IllegalArgumentException with {@link #any()}, or if a user_data is given already
     */
    public Cancel andUserData(long narrowing) {
        refuse(USERDATA, "a user_data");
        if ((flags & (FD | OP)) == 0) {
            throw new IllegalArgumentException("a user_data is given already in " + this);
        }
        return new Cancel(flags | USERDATA, fd, narrowing, opcode);
    }

    /** Cancels every match, not only the first; the result is their number, which is 0 when there is none. Linux 5.19. */
    public Cancel all() {
        return new Cancel(flags | ALL, fd, userData, opcode);
    }

    /** Returns the SQE's cancel_flags, IORING_ASYNC_CANCEL_*. */
    public int flags() {
        return flags;
    }

    /** Returns the SQE's fd, -1 where no file is matched. */
    public int descriptor() {
        return fd;
    }

    /** Returns the SQE's addr: the user_data to match, 0 where none is. */
    public long userDataKey() {
        return userData;
    }

    /** Returns the operation to match, or null. */
    public @Nullable Opcode opcodeKey() {
        return opcode;
    }

    /** Says whether the kernel needs to know ALL, FD or ANY: Linux 5.19. */
    public boolean needsAllFdAny() {
        return (flags & (ALL | FD | ANY)) != 0;
    }

    /** Says whether the kernel needs to know FD_FIXED: Linux 6.0. */
    public boolean needsFixedFile() {
        return (flags & FD_FIXED) != 0;
    }

    /** Says whether the kernel needs to know OP and USERDATA: Linux 6.6. */
    public boolean needsOpcode() {
        return (flags & (OP | USERDATA)) != 0;
    }

    private int keyedByUserData() {
        return (flags & (FD | OP | ANY)) == 0 ? USERDATA : 0;
    }

    private void refuse(int flag, String what) {
        if ((flags & ANY) != 0) {
            throw new IllegalArgumentException("any() matches everything: no other key goes with it");
        }
        if ((flags & flag) != 0) {
            throw new IllegalArgumentException(what + " is given already in " + this);
        }
    }

    private static int notNegative(String what, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(what + " must be 0 or more, not " + value);
        }
        return value;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Cancel(");
        if ((flags & ANY) != 0) {
            text.append("any ");
        }
        if ((flags & FD) != 0) {
            text.append((flags & FD_FIXED) != 0 ? "slot " : "fd ").append(fd).append(' ');
        }
        if ((flags & OP) != 0) {
            text.append(opcode).append(' ');
        }
        if ((flags & (FD | OP | ANY)) == 0 || (flags & USERDATA) != 0) {
            text.append("user_data 0x").append(Long.toHexString(userData)).append(' ');
        }
        return text.append((flags & ALL) != 0 ? "all)" : (flags & ANY) != 0 ? "all)" : "first)").toString();
    }
}
