package io.github.reactoruring.raw;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Objects;
import java.util.function.LongConsumer;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * Describes one SQE, field by field, under the kernel's names. Immutable: each method returns a changed copy, and one
 * description may be submitted any number of times.
 *
 * <p>Memory it points to must stay valid until the request's final completion, disposed of or not. The description
 * keeps each segment that a field was set to reachable, and those of {@link #keeping}, which is enough for those from
 * {@code Arena.ofAuto()} or {@code Arena.global()}; a number keeps nothing. Memory of an arena that you close, or that is
 * used again, is yours to keep: {@link #onRelease} says when the kernel is done. One that is closed before the request is
 * submitted fails the request.
 *
 * <p>A READ or WRITE, plain or FIXED, of more than 512 KiB is done by a kernel worker, as if {@link #flags} had ASYNC: moved
 * while it is submitted, it would hold up all that the ring serves. So its cancel may have to interrupt the worker, and one by
 * file descriptor may miss it while it is queued. Of a READV, a SENDMSG and others only you know how much they move: give them
 * ASYNC where it is much.
 *
 * <p>user_data is the library's to choose, unless {@link #userData} does; {@link #onStaged} and the completion tell it.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/io_uring_enter.2.html">io_uring_enter(2)</a>
 */
public final class Operation {

    private static final int ALLOWED_SQE_FLAGS = IoUringAbi.IOSQE_FIXED_FILE | IoUringAbi.IOSQE_ASYNC
            | IoUringAbi.IOSQE_BUFFER_SELECT;

    private final Fields fields;
    private final Extras extras;

    private Operation(Fields fields, Extras extras) {
        this.fields = fields;
        this.extras = extras;
    }

    /** Starts with all fields zero, but the opcode, and fd -1. */
    public static Operation of(Opcode opcode) {
        return new Operation(new Fields(Objects.requireNonNull(opcode, "opcode"), 0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0),
                Extras.NONE);
    }

    /**
     * Sets IOSQE_* flags: FIXED_FILE (1), ASYNC (16), BUFFER_SELECT (32).
     *
     * @throws IllegalArgumentException for others: IO_DRAIN (2) would disable cancelling on the shared ring for ever,
     *     links and CQE_SKIP_SUCCESS are the library's to set
     */
    public Operation flags(int sqeFlags) {
        if ((sqeFlags & ~ALLOWED_SQE_FLAGS) != 0) {
            throw new IllegalArgumentException("SQE flags 0x" + Integer.toHexString(sqeFlags)
                    + ": only FIXED_FILE (1), ASYNC (16) and BUFFER_SELECT (32) can be set. IO_DRAIN would disable"
                    + " cancelling on the shared ring, links and CQE_SKIP_SUCCESS are the library's own");
        }
        return with(fields.withFlags(sqeFlags));
    }

    /** Sets ioprio: an I/O priority, or the flags of a send, receive or accept. */
    public Operation ioprio(int ioprio) {
        return with(fields.withIoprio(ioprio));
    }

    /** Sets the file descriptor, or the slot where {@link #flags} has FIXED_FILE. */
    public Operation fd(int fd) {
        return with(fields.withFd(fd));
    }

    /** Sets off: the position in the file in bytes, -1 for the current one; or addr2, or a length. */
    public Operation offset(long offset) {
        return new Operation(fields.withOff(offset), extras.withMemory(extras.memory().withAddr2(null)));
    }

    /**
     * Sets addr2 to native memory, and keeps it: what STATX writes to, the new name of a RENAMEAT, the length of an
     * ACCEPT's address, …
     *
     * @throws IllegalArgumentException if the segment is not native, its arena is closed, or only another thread's
     */
    public Operation offset(MemorySegment addr2) {
        Objects.requireNonNull(addr2, "addr2");
        return new Operation(fields.withOff(Memory.address(addr2)),
                extras.withMemory(extras.memory().withAddr2(addr2)));
    }

    /**
     * Sets addr and len to native memory, and keeps it.
     *
     * @throws IllegalArgumentException if the segment is not native, its arena is closed, or only another thread's
     */
    public Operation buffer(MemorySegment buffer) {
        Objects.requireNonNull(buffer, "buffer");
        long address = Memory.address(buffer);
        if (buffer.byteSize() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("One request moves at most " + Integer.MAX_VALUE + " bytes, not "
                    + buffer.byteSize());
        }
        return new Operation(fields.withAddr(address).withLen((int) buffer.byteSize()),
                extras.withMemory(extras.memory().withAddr(buffer)));
    }

    /**
     * Sets addr to native memory, such as a path, a struct or a vector, whose size is not len; and keeps it. What that
     * points to in its turn is for {@link #keeping}.
     *
     * @throws IllegalArgumentException if the segment is not native, its arena is closed, or only another thread's
     */
    public Operation pointer(MemorySegment struct) {
        Objects.requireNonNull(struct, "struct");
        return new Operation(fields.withAddr(Memory.address(struct)),
                extras.withMemory(extras.memory().withAddr(struct)));
    }

    /** Sets addr to a number. An address keeps no memory: name that in {@link #keeping}, or use {@link #pointer}. */
    public Operation address(long addr) {
        return new Operation(fields.withAddr(addr), extras.withMemory(extras.memory().withAddr(null)));
    }

    /**
     * Keeps more memory, that no field of the SQE points to: the buffers of a vector, the parts of a message header.
     *
     * @throws IllegalArgumentException if a segment is not native, its arena is closed, or only another thread's
     */
    public Operation keeping(MemorySegment... nested) {
        Objects.requireNonNull(nested, "nested");
        return new Operation(fields, extras.withMemory(extras.memory().withNested(nested)));
    }

    /** Sets len. */
    public Operation length(int len) {
        return with(fields.withLen(len));
    }

    /** Sets the operation's own flags: rw_flags, open_flags, poll32_events, timeout_flags, … */
    public Operation operationFlags(int flags) {
        return with(fields.withOpFlags(flags));
    }

    /** Sets buf_index or buf_group. The group 65535 is the library's own, and refused where the operation is submitted. */
    public Operation bufferIndex(int index) {
        return with(fields.withBufIndex(index));
    }

    /** Sets personality. */
    public Operation personality(int personality) {
        return with(fields.withPersonality(personality));
    }

    /** Sets file_index, splice_fd_in, addr_len or optlen: always a number. */
    public Operation fileIndex(int index) {
        return with(fields.withFileIndex(index));
    }

    /** Sets addr3 to a number. */
    public Operation address3(long addr3) {
        return new Operation(fields.withAddr3(addr3), extras.withMemory(extras.memory().withAddr3(null)));
    }

    /**
     * Sets addr3 to native memory, and keeps it: the path of a SETXATTR, the value of a socket option, …
     *
     * @throws IllegalArgumentException if the segment is not native, its arena is closed, or only another thread's
     */
    public Operation address3(MemorySegment addr3) {
        Objects.requireNonNull(addr3, "addr3");
        return new Operation(fields.withAddr3(Memory.address(addr3)),
                extras.withMemory(extras.memory().withAddr3(addr3)));
    }

    /**
     * Runs {@code release} once for each subscriber that requests or cancels, when the kernel is done with its memory: after
     * the final completion, of a multishot request the last time it was armed; or, where no SQE was made, when it is clear
     * that none will be: cancelled before its first request, or turned away. Not if the ring breaks: the kernel may still
     * write. On the ring's thread; when the ring is closed already, on the one that hears so.
     */
    public Operation onRelease(Runnable release) {
        return new Operation(fields, extras.withOnRelease(Objects.requireNonNull(release, "release")));
    }

    /**
     * Chooses the request's user_data, to name it by in a {@link Cancel}. By default the library chooses one that was
     * never used before.
     *
     * @param userData below 2^62, such as a pointer; one request in flight on the ring may have it at a time, a second
     *     fails
     * @throws IllegalArgumentException if it is negative or 2^62 or more
     */
    public Operation userData(long userData) {
        if (userData >>> 62 != 0) {
            throw new IllegalArgumentException("user_data must be below 2^62, not 0x" + Long.toHexString(userData)
                    + ": the values above are the library's own");
        }
        return new Operation(fields, extras.withUserData(userData));
    }

    /** Tells {@code listener} the user_data of each submission before the kernel sees it. On the ring's thread. */
    public Operation onStaged(LongConsumer listener) {
        return new Operation(fields, extras.withOnStaged(Objects.requireNonNull(listener, "listener")));
    }

    /**
     * Ends the request when it has not completed {@code deadline} after its submission, with a
     * {@link java.util.concurrent.TimeoutException}: by a timer the kernel links to it (LINK_TIMEOUT, Linux 5.5), or, for
     * one that may sleep in a kernel worker, by a timer of its own. For one-shot submissions.
     *
     * @throws IllegalArgumentException if zero or negative
     */
    public Operation withDeadline(Duration deadline) {
        Objects.requireNonNull(deadline, "deadline");
        if (!deadline.isPositive()) {
            throw new IllegalArgumentException("deadline must be more than zero, not " + deadline);
        }
        return new Operation(fields, extras.withDeadline(deadline));
    }

    public Opcode opcode() {
        return fields.opcode();
    }

    /** Returns the values to write. */
    public Fields fields() {
        return fields;
    }

    /** Returns the segment that {@link #buffer} or {@link #pointer} was given, or null. */
    public @Nullable MemorySegment struct() {
        return extras.memory().addr();
    }

    /** Says whether {@link #onRelease} was given something. */
    public boolean hasRelease() {
        return extras.onRelease() != null;
    }

    /**
     * Checks that the memory it points to is still there, before the kernel gets to know it.
     *
     * @throws IllegalStateException if the arena of a segment was closed
     */
    public void checkMemory() {
        extras.memory().check(opcode());
    }

    /** Runs what {@link #onRelease} was given. */
    public void release() {
        if (extras.onRelease() != null) {
            extras.onRelease().run();
        }
    }

    /** Returns what {@link #userData} was given, or null. */
    public @Nullable Long chosenUserData() {
        return extras.userData();
    }

    /** Returns what {@link #withDeadline} was given, or null. */
    public @Nullable Duration deadline() {
        return extras.deadline();
    }

    /** Tells what {@link #onStaged} was given. */
    public void staged(long userData) {
        if (extras.onStaged() != null) {
            extras.onStaged().accept(userData);
        }
    }

    private Operation with(Fields changed) {
        return new Operation(changed, extras);
    }

    /** What is not a field of the SQE; the memory is held so that it stays reachable. */
    private record Extras(Memory memory, @Nullable Runnable onRelease, @Nullable Long userData,
            @Nullable LongConsumer onStaged, @Nullable Duration deadline) {

        static final Extras NONE = new Extras(Memory.NONE, null, null, null, null);

        Extras withMemory(Memory value) {
            return new Extras(value, onRelease, userData, onStaged, deadline);
        }

        Extras withOnRelease(Runnable value) {
            return new Extras(memory, value, userData, onStaged, deadline);
        }

        Extras withUserData(long value) {
            return new Extras(memory, onRelease, value, onStaged, deadline);
        }

        Extras withOnStaged(LongConsumer value) {
            return new Extras(memory, onRelease, userData, value, deadline);
        }

        Extras withDeadline(Duration value) {
            return new Extras(memory, onRelease, userData, onStaged, value);
        }
    }

    @Override
    public String toString() {
        return fields.toString();
    }

    /** The fields of an SQE, under the kernel's names. */
    public record Fields(Opcode opcode, int flags, int ioprio, int fd, long off, long addr, int len, int opFlags,
            int bufIndex, int personality, int fileIndex, long addr3) {

        Fields withFlags(int value) {
            return new Fields(opcode, value, ioprio, fd, off, addr, len, opFlags, bufIndex, personality, fileIndex,
                    addr3);
        }

        Fields withIoprio(int value) {
            return new Fields(opcode, flags, value, fd, off, addr, len, opFlags, bufIndex, personality, fileIndex,
                    addr3);
        }

        Fields withFd(int value) {
            return new Fields(opcode, flags, ioprio, value, off, addr, len, opFlags, bufIndex, personality, fileIndex,
                    addr3);
        }

        Fields withOff(long value) {
            return new Fields(opcode, flags, ioprio, fd, value, addr, len, opFlags, bufIndex, personality, fileIndex,
                    addr3);
        }

        Fields withAddr(long value) {
            return new Fields(opcode, flags, ioprio, fd, off, value, len, opFlags, bufIndex, personality, fileIndex,
                    addr3);
        }

        Fields withLen(int value) {
            return new Fields(opcode, flags, ioprio, fd, off, addr, value, opFlags, bufIndex, personality, fileIndex,
                    addr3);
        }

        Fields withOpFlags(int value) {
            return new Fields(opcode, flags, ioprio, fd, off, addr, len, value, bufIndex, personality, fileIndex,
                    addr3);
        }

        Fields withBufIndex(int value) {
            return new Fields(opcode, flags, ioprio, fd, off, addr, len, opFlags, value, personality, fileIndex, addr3);
        }

        Fields withPersonality(int value) {
            return new Fields(opcode, flags, ioprio, fd, off, addr, len, opFlags, bufIndex, value, fileIndex, addr3);
        }

        Fields withFileIndex(int value) {
            return new Fields(opcode, flags, ioprio, fd, off, addr, len, opFlags, bufIndex, personality, value, addr3);
        }

        Fields withAddr3(long value) {
            return new Fields(opcode, flags, ioprio, fd, off, addr, len, opFlags, bufIndex, personality, fileIndex,
                    value);
        }
    }
}
