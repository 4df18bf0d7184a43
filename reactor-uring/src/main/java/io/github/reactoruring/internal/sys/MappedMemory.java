package io.github.reactoruring.internal.sys;

import java.lang.foreign.MemorySegment;

/**
 * Maps memory the kernel shares with us.
 *
 * <p>The segment lives in the global scope, so that no access pays for a liveness check. Whoever closes the
 * mapping sees to it that nobody reads it afterwards: the ring's owner thread, after the last CQE.
 */
@SuppressWarnings("restricted")
public final class MappedMemory implements AutoCloseable {

    private static final int PROT_READ_WRITE = 1 | 2;
    private static final int MAP_SHARED = 0x01;
    private static final int MAP_POPULATE = 0x8000;

    private final MemorySegment segment;
    private boolean unmapped;

    private MappedMemory(MemorySegment segment) {
        this.segment = segment;
    }

    /** Maps {@code sizeBytes} of {@code fd} at {@code offset}, shared and populated. */
    public static MappedMemory map(int fd, long offset, long sizeBytes) throws ErrnoException {
        long address = Syscalls.mmap(sizeBytes, PROT_READ_WRITE, MAP_SHARED | MAP_POPULATE, fd, offset);
        if (address < 0 && address > -4096) {
            throw new ErrnoException((int) -address, "mmap");
        }
        return new MappedMemory(MemorySegment.ofAddress(address).reinterpret(sizeBytes));
    }

    /** Returns the mapping. */
    public MemorySegment segment() {
        return segment;
    }

    @Override
    public void close() {
        if (!unmapped) {
            unmapped = true;
            Syscalls.munmap(segment.address(), segment.byteSize());
        }
    }
}
