package io.github.reactoruring.buffer;

import java.lang.foreign.MemorySegment;

import org.jctools.queues.atomic.MpmcAtomicArrayQueue;

import io.github.reactoruring.internal.sys.NativeMemory;

/**
 * Keeps native memory in power-of-two sizes for the next lease. Bounded: what does not fit goes back to the C library.
 */
final class NativePool {

    private static final int SMALLEST_SHIFT = 9;
    private static final int LARGEST_SHIFT = 20;
    private static final int ALIGNMENT_BYTES = 64;
    /** The most one size keeps. */
    private static final long KEPT_BYTES = 4L << 20;

    private final MpmcAtomicArrayQueue<MemorySegment>[] kept;

    @SuppressWarnings({"unchecked", "rawtypes"})
    NativePool() {
        kept = new MpmcAtomicArrayQueue[LARGEST_SHIFT - SMALLEST_SHIFT + 1];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = new MpmcAtomicArrayQueue<>((int) Math.min(1024, KEPT_BYTES >> SMALLEST_SHIFT + i));
        }
    }

    MemorySegment acquire(int sizeBytes) {
        int shift = shift(sizeBytes);
        if (shift > LARGEST_SHIFT) {
            return NativeMemory.allocate(sizeBytes, ALIGNMENT_BYTES);
        }
        MemorySegment memory = kept[shift - SMALLEST_SHIFT].poll();
        return memory != null ? memory : NativeMemory.allocate(1L << shift, ALIGNMENT_BYTES);
    }

    void release(MemorySegment memory) {
        int shift = shift((int) memory.byteSize());
        if (shift > LARGEST_SHIFT || !kept[shift - SMALLEST_SHIFT].offer(memory)) {
            NativeMemory.free(memory);
        }
    }

    private static int shift(int sizeBytes) {
        return Math.max(SMALLEST_SHIFT, Integer.SIZE - Integer.numberOfLeadingZeros(sizeBytes - 1));
    }
}
