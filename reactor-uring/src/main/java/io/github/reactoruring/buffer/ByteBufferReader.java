package io.github.reactoruring.buffer;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

import io.github.reactoruring.internal.loop.FileTraits;
import io.github.reactoruring.internal.sys.NativePool;

/** Lends direct buffers as they are, and heap buffers as a copy in pooled native memory. */
final class ByteBufferReader implements BufferReader<ByteBuffer> {

    static final ByteBufferReader INSTANCE = new ByteBufferReader(NativePool.SHARED);

    private final NativePool pool;

    private ByteBufferReader(NativePool pool) {
        this.pool = pool;
    }

    static ByteBufferReader aligned(int alignmentBytes) {
        return new ByteBufferReader(NativePool.aligned(alignmentBytes));
    }

    @Override
    public Loan lend(ByteBuffer buffer) {
        MemorySegment bytes = MemorySegment.ofBuffer(buffer);
        int length = (int) bytes.byteSize();
        if (bytes.isNative()) {
            return new InPlace(bytes, length);
        }
        MemorySegment copy = pool.acquire(Math.max(1, length));
        MemorySegment.copy(bytes, 0, copy, 0, length);
        return new Copied(pool, copy, length);
    }

    @Override
    public Loan lendInPieces(ByteBuffer buffer) {
        MemorySegment bytes = MemorySegment.ofBuffer(buffer);
        return bytes.isNative() || bytes.byteSize() <= FileTraits.PIECE_BYTES
                ? lend(buffer)
                : new CopiedInPieces(pool, bytes);
    }

    @Override
    public void release(ByteBuffer buffer) {
        // The garbage collector's.
    }

    /** Keeps the buffer reachable: its segment refers to it. */
    private record InPlace(MemorySegment bytes, int lengthBytes) implements Loan {

        @Override
        public long address() {
            return bytes.address();
        }

        @Override
        public void release() {
            // The garbage collector's, from now on.
        }
    }

    /** Has the piece that was asked for last. */
    private static final class CopiedInPieces implements Loan {

        private final NativePool pool;
        private final MemorySegment bytes;
        private MemorySegment copy;

        CopiedInPieces(NativePool pool, MemorySegment bytes) {
            this.pool = pool;
            this.bytes = bytes;
            copy = pool.acquire(FileTraits.PIECE_BYTES);
        }

        @Override
        public long address() {
            return copy.address();
        }

        @Override
        public int lengthBytes() {
            return (int) bytes.byteSize();
        }

        @Override
        public long piece(int offset, int lengthBytes) {
            if (lengthBytes > copy.byteSize()) {
                MemorySegment larger = pool.acquire(lengthBytes);
                pool.release(copy);
                copy = larger;
            }
            MemorySegment.copy(bytes, offset, copy, 0, lengthBytes);
            return copy.address();
        }

        @Override
        public void release() {
            pool.release(copy);
        }
    }

    private record Copied(NativePool pool, MemorySegment copy, int lengthBytes) implements Loan {

        @Override
        public long address() {
            return copy.address();
        }

        @Override
        public void release() {
            pool.release(copy);
        }
    }
}
