package io.github.reactoruring.internal.sys;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jctools.queues.atomic.MpmcAtomicArrayQueue;

/**
 * Keeps native memory in power-of-two sizes for the next lease. Bounded: what does not fit goes back to the C library.
 *
 * <p><b>Threads:</b> any.
 */
public final class NativePool {

    private static final int SMALLEST_SHIFT = 9;
    private static final int LARGEST_SHIFT = 20;
    private static final int CACHE_LINE_BYTES = 64;
    /** The most one size keeps. */
    private static final long KEPT_BYTES = 4L << 20;

    private static final int LARGEST_ALIGNMENT_BYTES = 1 << 20;

    /** Aligned to cache lines. */
    public static final NativePool SHARED = new NativePool(CACHE_LINE_BYTES);

    private static final Map<Integer, NativePool> ALIGNED = new ConcurrentHashMap<>();

    private final MpmcAtomicArrayQueue<MemorySegment>[] kept;
    private final int alignmentBytes;

    @SuppressWarnings({"unchecked", "rawtypes"})
    private NativePool(int alignmentBytes) {
        this.alignmentBytes = alignmentBytes;
        kept = new MpmcAtomicArrayQueue[LARGEST_SHIFT - SMALLEST_SHIFT + 1];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = new MpmcAtomicArrayQueue<>((int) Math.min(1024, KEPT_BYTES >> SMALLEST_SHIFT + i));
        }
    }

    /** Returns the pool of memory aligned to {@code alignmentBytes}, a power of two up to 1 MiB. */
    public static NativePool aligned(int alignmentBytes) {
        if (alignmentBytes < 1 || alignmentBytes > LARGEST_ALIGNMENT_BYTES || Integer.bitCount(alignmentBytes) != 1) {
            throw new IllegalArgumentException("alignmentBytes must be a power of two from 1 to "
                    + LARGEST_ALIGNMENT_BYTES + ", not " + alignmentBytes);
        }
        return alignmentBytes <= CACHE_LINE_BYTES
                ? SHARED
                : ALIGNED.computeIfAbsent(alignmentBytes, NativePool::new);
    }

    /** Returns memory of at least {@code sizeBytes}, of whatever content. */
    public MemorySegment acquire(int sizeBytes) {
        int shift = shift(sizeBytes);
        if (shift > LARGEST_SHIFT) {
            return NativeMemory.allocate(sizeBytes, alignmentBytes);
        }
        MemorySegment memory = kept[shift - SMALLEST_SHIFT].poll();
        return memory != null ? memory : NativeMemory.allocate(1L << shift, alignmentBytes);
    }

    /** Takes back what {@link #acquire} returned. */
    public void release(MemorySegment memory) {
        int shift = shift((int) memory.byteSize());
        if (shift > LARGEST_SHIFT || !kept[shift - SMALLEST_SHIFT].offer(memory)) {
            NativeMemory.free(memory);
        }
    }

    private static int shift(int sizeBytes) {
        return Math.max(SMALLEST_SHIFT, Integer.SIZE - Integer.numberOfLeadingZeros(sizeBytes - 1));
    }
}
