package io.github.reactoruring.internal.ring.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Reads and writes struct io_uring_params.
 *
 * <pre>
 *    0 sq_entries | 4 cq_entries | 8 flags | 12 sq_thread_cpu | 16 sq_thread_idle | 20 features | 24 wq_fd
 *   40 sq_off: head, tail, ring_mask, ring_entries, flags, dropped, array, resv1, user_addr u64
 *   80 cq_off: head, tail, ring_mask, ring_entries, overflow, cqes, flags, resv1, user_addr u64
 *  120 end
 * </pre>
 */
final class RingParams {

    private static final int BYTES = 120;

    private final MemorySegment memory;

    RingParams(Arena arena, int completionEntries, int flags) {
        memory = arena.allocate(BYTES, Long.BYTES);
        memory.set(ValueLayout.JAVA_INT, 4, completionEntries);
        memory.set(ValueLayout.JAVA_INT, 8, flags);
    }

    MemorySegment memory() {
        return memory;
    }

    int sqEntries() {
        return field(0);
    }

    int cqEntries() {
        return field(4);
    }

    int flags() {
        return field(8);
    }

    int features() {
        return field(20);
    }

    int sqHead() {
        return field(40);
    }

    int sqTail() {
        return field(44);
    }

    int sqFlags() {
        return field(56);
    }

    int sqArray() {
        return field(64);
    }

    int cqHead() {
        return field(80);
    }

    int cqTail() {
        return field(84);
    }

    int cqes() {
        return field(100);
    }

    private int field(int offset) {
        return memory.get(ValueLayout.JAVA_INT, offset);
    }
}
