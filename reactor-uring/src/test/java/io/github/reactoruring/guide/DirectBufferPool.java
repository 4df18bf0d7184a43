package io.github.reactoruring.guide;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.github.reactoruring.buffer.BufferFactory;

// snippet: direct-buffer-pool
final class DirectBufferPool implements BufferFactory<ByteBuffer> {

    private final Queue<ByteBuffer> free = new ConcurrentLinkedQueue<>();

    @Override
    public Lease<ByteBuffer> lease(int capacityBytes) {
        ByteBuffer kept = free.poll();
        ByteBuffer buffer = kept != null && kept.capacity() >= capacityBytes
                ? kept.clear()
                : ByteBuffer.allocateDirect(capacityBytes);
        return new Lease<>() {
            @Override
            public long address() {
                return MemorySegment.ofBuffer(buffer).address();
            }

            @Override
            public int capacityBytes() {
                return capacityBytes;
            }

            @Override
            public ByteBuffer fill(int lengthBytes) {
                return buffer.limit(lengthBytes);
            }

            @Override
            public void release() {
                free.add(buffer);
            }
        };
    }

    @Override
    public void release(ByteBuffer buffer) {
        free.add(buffer);
    }
}
// end of snippet
