package io.github.reactoruring.soak;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.internal.sys.NativeMemory;

/**
 * Buffers that must each be released once, and memory that nobody may write to once its lease has ended: ended leases
 * stay for a while, filled with a pattern, and are looked at before they are freed. Bounded, unlike TrackedBuffers.
 */
final class CountedBuffers {

    private static final byte PATTERN = (byte) 0xA5;
    private static final int KEPT = 512;

    private final Ledger ledger;
    /** Leases and buffers that have not ended, by whose they are. */
    private final Map<Object, String> out = new ConcurrentHashMap<>();
    private final AtomicInteger kept = new AtomicInteger();
    private final ConcurrentLinkedQueue<MemorySegment> ended = new ConcurrentLinkedQueue<>();

    CountedBuffers(Ledger ledger) {
        this.ledger = ledger;
    }

    /** Returns how many leases and buffers have not ended. */
    int out() {
        return out.size();
    }

    /** Returns whose have not ended. */
    Set<String> owners() {
        return Set.copyOf(out.values());
    }

    /** Makes a factory whose buffers are known by that name. */
    BufferFactory<Buffer> of(String owner) {
        return new BufferFactory<>() {
            @Override
            public Lease<Buffer> lease(int capacityBytes) {
                CountedLease lease = new CountedLease(NativeMemory.allocate(capacityBytes, Long.BYTES), owner);
                out.put(lease, owner);
                return lease;
            }

            @Override
            public void release(Buffer buffer) {
                buffer.release();
            }
        };
    }

    /** Looks at what is kept, and frees it. */
    void clear() {
        while (freeOldest()) {
            // All of it.
        }
    }

    private boolean freeOldest() {
        MemorySegment oldest = ended.poll();
        if (oldest == null) {
            return false;
        }
        kept.decrementAndGet();
        for (long i = 0; i < oldest.byteSize(); i++) {
            if (oldest.get(java.lang.foreign.ValueLayout.JAVA_BYTE, i) != PATTERN) {
                ledger.violated("memory was written to after its lease had ended");
                break;
            }
        }
        NativeMemory.free(oldest);
        return true;
    }

    /** What was read; to be released once. */
    final class Buffer {

        final byte[] content;
        private final String owner;
        private final AtomicBoolean released = new AtomicBoolean();

        private Buffer(byte[] content, String owner) {
            this.content = content;
            this.owner = owner;
        }

        void release() {
            if (!released.compareAndSet(false, true)) {
                ledger.violated("a buffer was released twice: " + owner);
            } else {
                out.remove(this);
            }
        }
    }

    private final class CountedLease implements BufferFactory.Lease<Buffer> {

        private final MemorySegment memory;
        private final String owner;
        private final AtomicBoolean over = new AtomicBoolean();

        CountedLease(MemorySegment memory, String owner) {
            this.memory = memory;
            this.owner = owner;
        }

        @Override
        public long address() {
            return memory.address();
        }

        @Override
        public int capacityBytes() {
            return (int) memory.byteSize();
        }

        @Override
        public Buffer fill(int lengthBytes) {
            Buffer buffer = new Buffer(memory.asSlice(0, lengthBytes).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE),
                    owner);
            out.put(buffer, owner);
            end();
            return buffer;
        }

        @Override
        public void release() {
            end();
        }

        private void end() {
            if (!over.compareAndSet(false, true)) {
                ledger.violated("a lease was ended twice: " + owner);
                return;
            }
            out.remove(this);
            memory.fill(PATTERN);
            ended.add(memory);
            if (kept.incrementAndGet() > KEPT) {
                freeOldest();
            }
        }
    }
}
