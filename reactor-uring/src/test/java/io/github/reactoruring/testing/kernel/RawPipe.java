package io.github.reactoruring.testing.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import io.github.reactoruring.internal.sys.OpenFlags;
import io.github.reactoruring.internal.sys.Syscalls;

/** A pipe made without the ring, for operations that name descriptors. */
public final class RawPipe implements AutoCloseable {

    private final int[] ends = new int[2];
    private boolean sinkClosed;

    public RawPipe() {
        check(Syscalls.pipe2(ends, OpenFlags.O_CLOEXEC));
    }

    /** Returns the descriptor to read from. */
    public int source() {
        return ends[0];
    }

    /** Returns the descriptor to write to. */
    public int sink() {
        return ends[1];
    }

    /** Writes bytes, which must fit. */
    public void write(int... bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(bytes.length);
            for (int i = 0; i < bytes.length; i++) {
                data.set(ValueLayout.JAVA_BYTE, i, (byte) bytes[i]);
            }
            check(Syscalls.write(ends[1], data));
        }
    }

    /** Reads one byte, which must be there. */
    public int read() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(1);
            check(Syscalls.read(ends[0], data));
            return Byte.toUnsignedInt(data.get(ValueLayout.JAVA_BYTE, 0));
        }
    }

    /** Closes the end to write to. */
    public void closeSink() {
        if (!sinkClosed) {
            sinkClosed = true;
            check(Syscalls.close(ends[1]));
        }
    }

    @Override
    public void close() {
        closeSink();
        check(Syscalls.close(ends[0]));
    }

    private static void check(long result) {
        if (result < 0) {
            throw new IllegalStateException("errno " + -result);
        }
    }
}
