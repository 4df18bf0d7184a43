package io.github.reactoruring.buffer;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

import io.github.reactoruring.internal.sys.NativePool;

/** Copies each chunk from pooled native memory to a heap buffer of its own. */
final class HeapBuffers implements BufferFactory<ByteBuffer> {

    static final HeapBuffers INSTANCE = new HeapBuffers(NativePool.SHARED);

    private final NativePool pool;

    private HeapBuffers(NativePool pool) {
        this.pool = pool;
    }

    static HeapBuffers aligned(int alignmentBytes) {
        return new HeapBuffers(NativePool.aligned(alignmentBytes));
    }

    @Override
    public Lease<ByteBuffer> lease(int capacityBytes) {
        return new CopiedChunk(pool, pool.acquire(capacityBytes), capacityBytes);
    }

    @Override
    public void release(ByteBuffer buffer) {
        // The garbage collector's.
    }

    private static final class CopiedChunk implements Lease<ByteBuffer> {

        private final NativePool pool;
        private final MemorySegment memory;
        private final int capacityBytes;

        CopiedChunk(NativePool pool, MemorySegment memory, int capacityBytes) {
            this.pool = pool;
            this.memory = memory;
            this.capacityBytes = capacityBytes;
        }

        @Override
        public long address() {
            return memory.address();
        }

        @Override
        public int capacityBytes() {
            return capacityBytes;
        }

        @Override
        public boolean copies() {
            return true;
        }

        @Override
        public ByteBuffer fill(int lengthBytes) {
            try {
                byte[] copy = new byte[lengthBytes];
                MemorySegment.copy(memory, 0, MemorySegment.ofArray(copy), 0, lengthBytes);
                return ByteBuffer.wrap(copy);
            } finally {
                // The heap may be full: the native memory comes back all the same.
                pool.release(memory);
            }
        }

        @Override
        public void release() {
            pool.release(memory);
        }
    }
}
