package io.github.reactoruring.internal.ring.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

import io.github.reactoruring.internal.ring.ProvidedBuffers;
import io.github.reactoruring.internal.sys.NativeMemory;
import io.github.reactoruring.internal.sys.Syscalls;

/**
 * Lays provided buffers out for the kernel (IORING_REGISTER_PBUF_RING, Linux 5.19).
 *
 * <pre>
 *   ring of struct io_uring_buf: 0 addr u64 | 8 len u32 | 12 bid u16 | 14 resv u16, which in the first is the tail
 * </pre>
 *
 * <p>We own the tail, the kernel a head we do not see. <b>Threads:</b> the ring's owner.
 */
public final class BufferRing implements ProvidedBuffers {

    private static final VarHandle SHORT = ValueLayout.JAVA_SHORT.varHandle();
    private static final int ENTRY_BYTES = 16;
    private static final long TAIL_OFFSET = 14;

    private final int group;
    private final int mask;
    private final int bufferBytes;
    private final MemorySegment ring;
    private final MemorySegment buffers;
    private short tail;

    /**
     * Allocates the memory, not yet known to the kernel.
     *
     * @param entries a power of two, up to 32768
     */
    public BufferRing(int group, int entries, int bufferBytes) {
        this.group = group;
        this.bufferBytes = bufferBytes;
        mask = entries - 1;
        ring = NativeMemory.allocate((long) entries * ENTRY_BYTES, Syscalls.pageSizeBytes());
        ring.fill((byte) 0);
        buffers = NativeMemory.allocate((long) entries * bufferBytes, Syscalls.pageSizeBytes());
    }

    /** Hands every buffer to the kernel, which knows the ring now. */
    public void fill() {
        for (int id = 0; id <= mask; id++) {
            add(id);
        }
        publish();
    }

    @Override
    public int group() {
        return group;
    }

    public int entries() {
        return mask + 1;
    }

    public long ringAddress() {
        return ring.address();
    }

    @Override
    public MemorySegment data(int id, int lengthBytes) {
        check(id);
        if (lengthBytes < 0 || lengthBytes > bufferBytes) {
            throw new IllegalArgumentException("A buffer of " + bufferBytes + " bytes was said to hold " + lengthBytes);
        }
        return buffers.asSlice((long) id * bufferBytes, lengthBytes);
    }

    @Override
    public void giveBack(int id) {
        check(id);
        add(id);
        publish();
    }

    /** Frees the memory; the ring that knew it is closed. */
    public void free() {
        NativeMemory.free(ring);
        NativeMemory.free(buffers);
    }

    /** The kernel would write behind what is ours. */
    private void check(int id) {
        if (id < 0 || id > mask) {
            throw new IllegalArgumentException("There are " + entries() + " provided buffers, and none is " + id);
        }
    }

    private void add(int id) {
        long entry = (long) (tail & mask) * ENTRY_BYTES;
        ring.set(ValueLayout.JAVA_LONG, entry, buffers.address() + (long) id * bufferBytes);
        ring.set(ValueLayout.JAVA_INT, entry + 8, bufferBytes);
        ring.set(ValueLayout.JAVA_SHORT, entry + 12, (short) id);
        tail++;
    }

    private void publish() {
        // Release: the entries are written before the kernel sees the tail.
        SHORT.setRelease(ring, TAIL_OFFSET, tail);
    }
}
