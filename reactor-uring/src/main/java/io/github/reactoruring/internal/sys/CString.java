package io.github.reactoruring.internal.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.Charset;

/** Turns Java strings into NUL-terminated ones, in the charset the JVM uses for file names. */
public final class CString {

    private static final Charset FILE_NAMES = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

    private CString() {
    }

    /** Allocates native memory holding {@code text} and a NUL; the caller frees it with {@link NativeMemory#free}. */
    public static MemorySegment allocate(String text) {
        byte[] bytes = text.getBytes(FILE_NAMES);
        MemorySegment memory = NativeMemory.allocate(bytes.length + 1L, Long.BYTES);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        memory.set(ValueLayout.JAVA_BYTE, bytes.length, (byte) 0);
        return memory;
    }
}
