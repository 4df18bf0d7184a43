package io.github.reactoruring.internal.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Says what a file opened with O_DIRECT wants its reads and writes aligned to.
 *
 * @param memoryBytes the alignment of a buffer's address
 * @param offsetBytes the alignment of positions and lengths
 */
public record DirectIo(int memoryBytes, int offsetBytes) {

    /** No file opened with O_DIRECT. */
    public static final DirectIo NONE = new DirectIo(1, 1);
    /** What every disk asks for at least; some ask for 4096, and then the kernel itself refuses (EINVAL). */
    public static final DirectIo UNKNOWN = new DirectIo(512, 512);

    /** What to ask for: STATX_DIOALIGN. */
    public static final int STATX_MASK = 0x2000;

    /** Reads struct statx: stx_mask u32 at 0, stx_dio_mem_align u32 at 152, stx_dio_offset_align u32 at 156. */
    public static DirectIo read(MemorySegment status) {
        if ((status.get(ValueLayout.JAVA_INT, 0) & STATX_MASK) == 0) {
            return UNKNOWN;
        }
        int memory = status.get(ValueLayout.JAVA_INT, 152);
        int offset = status.get(ValueLayout.JAVA_INT, 156);
        // Zero: this file is read through the page cache all the same, which takes anything.
        return memory == 0 || offset == 0 ? NONE : new DirectIo(memory, offset);
    }
}
