package io.github.reactoruring.internal.ring.scripted;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import io.github.reactoruring.buffer.BufferFactory;

/** Leases checked memory, and counts that each lease ends once, and each buffer that nobody took is released. */
public final class CheckedBuffers implements BufferFactory<CheckedBuffers.Buffer> {

    /** A buffer a source emitted. */
    public record Buffer(byte[] bytes) {
    }

    private final CheckedMemory memory;
    private final Violations violations;
    private int leases;
    private int filled;
    private int releasedLeases;
    private int releasedBuffers;

    public CheckedBuffers(ScriptedRing ring) {
        memory = ring.memory();
        violations = ring.violations();
    }

    @Override
    public synchronized Lease<Buffer> lease(int capacityBytes) {
        leases++;
        return new Leased(memory.allocate(capacityBytes));
    }

    @Override
    public synchronized void release(Buffer buffer) {
        releasedBuffers++;
    }

    /** Returns the leases that have not ended. */
    public synchronized int openLeases() {
        return leases - filled - releasedLeases;
    }

    public synchronized int leases() {
        return leases;
    }

    /** Returns the leases that became a buffer. */
    public synchronized int filled() {
        return filled;
    }

    public synchronized int releasedLeases() {
        return releasedLeases;
    }

    public synchronized int releasedBuffers() {
        return releasedBuffers;
    }

    private final class Leased implements Lease<Buffer> {

        private final MemorySegment segment;
        private boolean ended;

        Leased(MemorySegment segment) {
            this.segment = segment;
        }

        @Override
        public long address() {
            return segment.address();
        }

        @Override
        public int capacityBytes() {
            return (int) segment.byteSize();
        }

        @Override
        public Buffer fill(int lengthBytes) {
            byte[] bytes = segment.asSlice(0, lengthBytes).toArray(ValueLayout.JAVA_BYTE);
            if (end("filled")) {
                synchronized (CheckedBuffers.this) {
                    filled++;
                }
            }
            return new Buffer(bytes);
        }

        @Override
        public void release() {
            if (end("released")) {
                synchronized (CheckedBuffers.this) {
                    releasedLeases++;
                }
            }
        }

        private boolean end(String how) {
            if (ended) {
                violations.add("a lease was " + how + " after it had ended");
                return false;
            }
            ended = true;
            memory.free(segment);
            return true;
        }
    }
}
