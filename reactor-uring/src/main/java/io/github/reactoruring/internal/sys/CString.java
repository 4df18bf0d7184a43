package io.github.reactoruring.internal.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Turns Java strings into NUL-terminated ones, as the kernel takes file names. */
public final class CString {

    private CString() {
    }

    /**
     * Allocates native memory holding {@code text} and a NUL; the caller frees it with {@link NativeMemory#free}.
     *
     * @param text a name from {@link PathName#of}, which brings a path's own bytes, or any other text
     */
    public static MemorySegment allocate(String text) {
        byte[] bytes = PathName.bytes(text);
        MemorySegment memory = NativeMemory.allocate(bytes.length + 1L, Long.BYTES);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        memory.set(ValueLayout.JAVA_BYTE, bytes.length, (byte) 0);
        return memory;
    }
}
