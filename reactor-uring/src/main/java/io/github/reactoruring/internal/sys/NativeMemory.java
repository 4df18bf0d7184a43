package io.github.reactoruring.internal.sys;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Allocates memory that is freed by hand, from any thread, when the kernel is done with it.
 *
 * <p>An {@code Arena.ofShared()} would do, but closing one costs a handshake with every thread of the JVM.
 */
@SuppressWarnings("restricted")
public final class NativeMemory {

    private static final MethodHandle ALIGNED_ALLOC = Downcalls.plain("aligned_alloc",
            FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle FREE = Downcalls.plain("free",
            FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));

    private NativeMemory() {
    }

    /**
     * Allocates {@code sizeBytes}, uninitialised, aligned to {@code alignmentBytes} (a power of two).
     *
     * @throws OutOfMemoryError if the C library has none
     */
    public static MemorySegment allocate(long sizeBytes, long alignmentBytes) {
        long rounded = (Math.max(sizeBytes, 1) + alignmentBytes - 1) & -alignmentBytes;
        try {
            long address = (long) ALIGNED_ALLOC.invokeExact(alignmentBytes, rounded);
            if (address == 0) {
                throw new OutOfMemoryError("aligned_alloc of " + rounded + " bytes of native memory");
            }
            return MemorySegment.ofAddress(address).reinterpret(sizeBytes);
        } catch (Throwable t) {
            throw Syscalls.unexpected(t);
        }
    }

    /** Views {@code sizeBytes} at an address the caller vouches for. */
    public static MemorySegment at(long address, long sizeBytes) {
        return MemorySegment.ofAddress(address).reinterpret(sizeBytes);
    }

    /** Frees what {@link #allocate} returned. */
    public static void free(MemorySegment memory) {
        try {
            FREE.invokeExact(memory.address());
        } catch (Throwable t) {
            throw Syscalls.unexpected(t);
        }
    }
}
