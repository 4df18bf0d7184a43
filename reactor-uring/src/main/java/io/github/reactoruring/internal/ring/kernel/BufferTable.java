package io.github.reactoruring.internal.ring.kernel;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_REGISTER_BUFFERS2;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_REGISTER_BUFFERS_UPDATE;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_RSRC_REGISTER_SPARSE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;

import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.Syscalls;

/**
 * The ring's table of registered buffers, made on first use; the kernel frees it with the ring.
 *
 * <p><b>Threads:</b> the ring's owner.
 */
final class BufferTable {

    private static final int SLOTS = 64;

    private final int ringFd;
    private final BitSet used = new BitSet(SLOTS);
    private boolean made;

    BufferTable(int ringFd) {
        this.ringFd = ringFd;
    }

    int register(long address, long sizeBytes) {
        int refusal = make();
        if (refusal < 0) {
            return refusal;
        }
        int slot = used.nextClearBit(0);
        if (slot == SLOTS) {
            return -Errno.ENFILE;
        }
        int result = update(slot, address, sizeBytes);
        if (result < 0) {
            return result;
        }
        used.set(slot);
        return slot;
    }

    void unregister(int slot) {
        update(slot, 0, 0);
        used.clear(slot);
    }

    /** struct io_uring_rsrc_register: nr u32, flags u32, resv2 u64, data u64, tags u64. */
    private int make() {
        if (made) {
            return 0;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment table = arena.allocate(32, Long.BYTES);
            table.set(ValueLayout.JAVA_INT, 0, SLOTS);
            table.set(ValueLayout.JAVA_INT, 4, IORING_RSRC_REGISTER_SPARSE);
            int result = Syscalls.register(ringFd, IORING_REGISTER_BUFFERS2, table, (int) table.byteSize());
            made = result >= 0;
            return Math.min(result, 0);
        }
    }

    /** struct io_uring_rsrc_update2: offset u32, resv u32, data u64, tags u64, nr u32, resv2 u32; data is an iovec. */
    private int update(int slot, long address, long sizeBytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment vector = arena.allocate(16, Long.BYTES);
            vector.set(ValueLayout.JAVA_LONG, 0, address);
            vector.set(ValueLayout.JAVA_LONG, 8, sizeBytes);
            MemorySegment update = arena.allocate(32, Long.BYTES);
            update.set(ValueLayout.JAVA_INT, 0, slot);
            update.set(ValueLayout.JAVA_LONG, 8, vector.address());
            update.set(ValueLayout.JAVA_INT, 24, 1);
            return Syscalls.register(ringFd, IORING_REGISTER_BUFFERS_UPDATE, update,
                    (int) update.byteSize());
        }
    }
}
