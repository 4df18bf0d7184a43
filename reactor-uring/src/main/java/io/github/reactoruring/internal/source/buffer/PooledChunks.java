package io.github.reactoruring.internal.source.buffer;

import java.lang.foreign.MemorySegment;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.internal.sys.NativePool;

/** Hands native memory from reads to writes, without a copy in Java. Not for users: nothing guards it after its release. */
public final class PooledChunks implements BufferFactory<PooledChunks.Chunk>, BufferReader<PooledChunks.Chunk> {

    public static final PooledChunks INSTANCE = new PooledChunks();

    private PooledChunks() {
    }

    @Override
    public Chunk lease(int capacityBytes) {
        return new Chunk(NativePool.SHARED.acquire(capacityBytes), capacityBytes);
    }

    @Override
    public Chunk lend(Chunk chunk) {
        return chunk;
    }

    @Override
    public void release(Chunk chunk) {
        chunk.release();
    }

    /** One piece of memory: a lease while it is filled, then a buffer, then a loan while it is written. */
    public static final class Chunk implements BufferFactory.Lease<Chunk>, BufferReader.Loan {

        private final MemorySegment memory;
        private final int capacityBytes;
        private int lengthBytes;

        private Chunk(MemorySegment memory, int capacityBytes) {
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
        public int lengthBytes() {
            return lengthBytes;
        }

        @Override
        public Chunk fill(int filledBytes) {
            lengthBytes = filledBytes;
            return this;
        }

        @Override
        public void release() {
            NativePool.SHARED.release(memory);
        }
    }
}
