package io.github.reactoruring.testing.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;

import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;

/** Describes the raw operations that many tests submit. */
public final class RawOperations {

    public static final int POLLIN = 1;
    public static final int POLLOUT = 4;
    public static final int IOSQE_FIXED_FILE = 1;
    public static final int IOSQE_ASYNC = 16;
    public static final int IORING_TIMEOUT_ETIME_SUCCESS = 1 << 5;
    public static final int IORING_TIMEOUT_MULTISHOT = 1 << 6;
    public static final int IORING_POLL_ADD_MULTI = 1;

    private RawOperations() {
    }

    /** Polls once. */
    public static Operation poll(int fd, int events) {
        return Operation.of(Opcode.POLL_ADD).fd(fd).operationFlags(events);
    }

    /** Reads up to {@code bytes} at the current position. */
    public static Operation read(int fd, int bytes) {
        return Operation.of(Opcode.READ).fd(fd).offset(-1).buffer(Arena.ofAuto().allocate(bytes));
    }

    /** Writes {@code bytes} zeroes at the current position. */
    public static Operation write(int fd, int bytes) {
        return Operation.of(Opcode.WRITE).fd(fd).offset(-1).buffer(Arena.ofAuto().allocate(bytes));
    }

    /** Completes with -ETIME after {@code time}. */
    public static Operation timeout(Duration time) {
        return Operation.of(Opcode.TIMEOUT).pointer(timespec(time)).length(1);
    }

    /** Moves up to {@code bytes} from one pipe to another: a kernel worker sleeps in it while the source is empty. */
    public static Operation splice(int source, int sink, int bytes) {
        return Operation.of(Opcode.SPLICE).fd(sink).fileIndex(source).address(-1).offset(-1).length(bytes);
    }

    /** Does nothing. */
    public static Operation nop() {
        return Operation.of(Opcode.NOP);
    }

    /** Makes a struct __kernel_timespec. */
    public static MemorySegment timespec(Duration time) {
        MemorySegment timespec = Arena.ofAuto().allocate(16, Long.BYTES);
        timespec.set(ValueLayout.JAVA_LONG, 0, time.getSeconds());
        timespec.set(ValueLayout.JAVA_LONG, 8, time.getNano());
        return timespec;
    }
}
