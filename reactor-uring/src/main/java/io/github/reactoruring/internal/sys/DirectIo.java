package io.github.reactoruring.internal.sys;

import java.lang.foreign.MemorySegment;

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

    /** What to ask for (Linux 6.1). */
    public static final int STATX_MASK = Statx.STATX_DIOALIGN;

    /** Reads struct statx. */
    public static DirectIo read(MemorySegment status) {
        if (!Statx.has(status, STATX_MASK)) {
            return UNKNOWN;
        }
        int memory = Statx.directMemoryBytes(status);
        int offset = Statx.directOffsetBytes(status);
        // Zero: this file is read through the page cache all the same, which takes anything.
        return memory == 0 || offset == 0 ? NONE : new DirectIo(memory, offset);
    }
}
