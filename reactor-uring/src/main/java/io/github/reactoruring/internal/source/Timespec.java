package io.github.reactoruring.internal.source;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.sys.NativeMemory;

/**
 * Holds a request's struct __kernel_timespec: {@code 0 tv_sec s64 | 8 tv_nsec s64}. The kernel copies it when it takes the
 * SQE.
 *
 * <p>Invariant: its memory is there from {@link #set} to {@link #free}, which belongs into the request's {@code released()}.
 */
public final class Timespec {

    private static final int BYTES = 16;

    private @Nullable MemorySegment memory;

    /** Sets the time; returns where it is. */
    public long set(Duration time) {
        MemorySegment timespec = memory;
        if (timespec == null) {
            timespec = NativeMemory.allocate(BYTES, Long.BYTES);
            memory = timespec;
        }
        timespec.set(ValueLayout.JAVA_LONG, 0, time.getSeconds());
        timespec.set(ValueLayout.JAVA_LONG, 8, time.getNano());
        return timespec.address();
    }

    public void free() {
        if (memory != null) {
            NativeMemory.free(memory);
            memory = null;
        }
    }
}
