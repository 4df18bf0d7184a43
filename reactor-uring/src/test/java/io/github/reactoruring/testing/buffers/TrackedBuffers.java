package io.github.reactoruring.testing.buffers;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.internal.sys.NativeMemory;
import io.github.reactoruring.testing.Await;

/**
 * Makes buffers that must each be released exactly once, and memory that must not be written to after its lease has
 * ended: ended leases are kept, filled with a pattern, and looked at again in the end.
 */
public final class TrackedBuffers implements BufferFactory<TrackedBuffers.Buffer>, AutoCloseable {

    private static final byte PATTERN = (byte) 0xA5;

    private final AtomicInteger leased = new AtomicInteger();
    private final AtomicInteger leasesInAll = new AtomicInteger();
    private final AtomicInteger unreleased = new AtomicInteger();
    private final List<String> violations = new CopyOnWriteArrayList<>();
    private final ConcurrentLinkedQueue<MemorySegment> ended = new ConcurrentLinkedQueue<>();

    @Override
    public Lease<Buffer> lease(int capacityBytes) {
        leased.incrementAndGet();
        leasesInAll.incrementAndGet();
        return new TrackedLease(capacityBytes);
    }

    @Override
    public void release(Buffer buffer) {
        buffer.release();
    }

    /** Returns how many leases the kernel may be writing to. */
    public int leased() {
        return leased.get();
    }

    /** Returns how many leases there ever were. */
    public int leasesInAll() {
        return leasesInAll.get();
    }

    /** Returns how many buffers were made and not released. */
    public int unreleased() {
        return unreleased.get();
    }

    /** Waits until every lease has ended and every buffer was released. */
    public void awaitNothingLeft() {
        Await.until("no lease and no buffer left", () -> leased.get() == 0 && unreleased.get() == 0);
    }

    /** Checks that nothing is left, nothing was released twice, and nothing was written to after its lease. */
    @Override
    public void close() {
        assertThat(leased.get()).as("leases left").isZero();
        assertThat(unreleased.get()).as("buffers not released").isZero();
        for (MemorySegment memory : ended) {
            if (memory.asSlice(0).mismatch(pattern(memory.byteSize())) != -1) {
                violations.add("memory was written to after its lease had ended");
            }
            NativeMemory.free(memory);
        }
        ended.clear();
        assertThat(violations).isEmpty();
    }

    private static MemorySegment pattern(long size) {
        return MemorySegment.ofArray(new byte[(int) size]).fill(PATTERN);
    }

    /** What was read; to be released once. */
    public final class Buffer {

        private final byte[] content;
        private final AtomicBoolean released = new AtomicBoolean();

        private Buffer(byte[] content) {
            this.content = content;
            unreleased.incrementAndGet();
        }

        /** Returns the bytes. */
        public byte[] content() {
            return content;
        }

        /** Ends the ownership. */
        public void release() {
            if (released.compareAndSet(false, true)) {
                unreleased.decrementAndGet();
            } else {
                violations.add("a buffer was released twice");
            }
        }
    }

    private final class TrackedLease implements Lease<Buffer> {

        private final MemorySegment memory;
        private final AtomicBoolean over = new AtomicBoolean();

        TrackedLease(int capacityBytes) {
            memory = NativeMemory.allocate(capacityBytes, Long.BYTES);
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
            byte[] content = memory.asSlice(0, lengthBytes).toArray(ValueLayout.JAVA_BYTE);
            end();
            return new Buffer(content);
        }

        @Override
        public void release() {
            end();
        }

        private void end() {
            if (!over.compareAndSet(false, true)) {
                violations.add("a lease was ended twice");
                return;
            }
            memory.fill(PATTERN);
            ended.add(memory);
            leased.decrementAndGet();
        }
    }
}
