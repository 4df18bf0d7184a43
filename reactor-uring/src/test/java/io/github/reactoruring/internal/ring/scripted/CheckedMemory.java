package io.github.reactoruring.internal.ring.scripted;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * Hands out memory for the scripted kernel to write to, and tells when it is freed too early or twice.
 *
 * <p>No address is given out twice, and freed memory stays mapped: a late write is reported and does no harm.
 */
public final class CheckedMemory {

    /** Says whether the kernel may still write there. */
    interface InUse {

        @Nullable
        String user(long address, long bytes);
    }

    private static final long CHUNK_BYTES = 1 << 16;
    private static final int ALIGNMENT_BYTES = 64;

    private final Violations violations;
    private final InUse inUse;
    private final TreeMap<Long, Long> live = new TreeMap<>();
    private final List<MemorySegment> chunks = new ArrayList<>();
    private MemorySegment chunk = MemorySegment.NULL;
    private long used;
    private int allocations;

    CheckedMemory(Violations violations, InUse inUse) {
        this.violations = violations;
        this.inUse = inUse;
    }

    public synchronized MemorySegment allocate(int bytes) {
        long size = Math.max(bytes, 1);
        if (used + size > chunk.byteSize()) {
            chunk = Arena.ofAuto().allocate(Math.max(CHUNK_BYTES, size), ALIGNMENT_BYTES);
            chunks.add(chunk);
            used = 0;
        }
        MemorySegment memory = chunk.asSlice(used, bytes);
        used += (size + ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES;
        live.put(memory.address(), (long) bytes);
        allocations++;
        return memory;
    }

    /** Lets the kernel use memory that the test allocated itself. */
    public synchronized MemorySegment register(MemorySegment memory) {
        live.put(memory.address(), memory.byteSize());
        return memory;
    }

    /** Takes back {@link #register}: whoever allocated it may free it, and what is there next is not the kernel's. */
    synchronized void unregister(long address) {
        live.remove(address);
    }

    public synchronized void free(MemorySegment memory) {
        Long bytes = live.remove(memory.address());
        if (bytes == null) {
            violations.add("memory at 0x" + Long.toHexString(memory.address()) + " freed twice");
            return;
        }
        String user = inUse.user(memory.address(), bytes);
        if (user != null) {
            violations.add("memory freed before the final CQE of " + user);
        }
    }

    /** Returns how many allocations were not freed. */
    public synchronized int liveCount() {
        return live.size();
    }

    /** Returns how many allocations there were. */
    public synchronized int allocationCount() {
        return allocations;
    }

    /** Writes as the kernel does, which asks nobody. */
    public synchronized void write(long address, byte[] data, KernelRequest writer) {
        var block = live.floorEntry(address);
        if (block == null || address + data.length > block.getKey() + block.getValue()) {
            violations.add(writer + " wrote " + data.length + " bytes to memory that is not leased at 0x"
                    + Long.toHexString(address));
            return;
        }
        MemorySegment.copy(data, 0, segment(address, data.length), ValueLayout.JAVA_BYTE, 0, data.length);
    }

    /** Views memory at a bare address, as the kernel does. */
    public static MemorySegment segment(long address, long bytes) {
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }
}
