package io.github.reactoruring.internal.source;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;

import io.github.reactoruring.internal.sys.NativeMemory;

/** Allocates struct __kernel_timespec: tv_sec s64, tv_nsec s64. The kernel copies it when it takes the SQE. */
public final class Timespec {

    private static final int BYTES = 16;

    private Timespec() {
    }

    public static MemorySegment allocate(Duration duration) {
        MemorySegment timespec = NativeMemory.allocate(BYTES, Long.BYTES);
        timespec.set(ValueLayout.JAVA_LONG, 0, duration.getSeconds());
        timespec.set(ValueLayout.JAVA_LONG, 8, duration.getNano());
        return timespec;
    }
}
