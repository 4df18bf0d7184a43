package io.github.reactoruring.netty;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.buffer.BufferReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ReferenceCountUtil;

/**
 * Lets the kernel write straight into Netty's pooled direct buffers, and read straight from any direct one: no copy. What
 * is written from the heap, or is in pieces, is copied to a direct buffer first.
 *
 * <p><b>Buffers:</b> each emitted {@link ByteBuf} belongs to the subscriber, who releases it. Operators that drop or buffer
 * elements need {@code doOnDiscard(ByteBuf.class, ReferenceCountUtil::safeRelease)}, put last: it is seen by the operators
 * above it.
 */
public final class NettyBuffers implements BufferFactory<ByteBuf>, BufferReader<ByteBuf> {

    /** What is copied at once. */
    private static final int PIECE_BYTES = 512 * 1024;

    private final ByteBufAllocator allocator;

    /** Takes buffers from {@code allocator}. */
    public NettyBuffers(ByteBufAllocator allocator) {
        this.allocator = Objects.requireNonNull(allocator, "allocator");
    }

    /** Takes buffers from Netty's default allocator, which is pooled. */
    public static NettyBuffers pooled() {
        return new NettyBuffers(ByteBufAllocator.DEFAULT);
    }

    @Override
    public Lease<ByteBuf> lease(int capacityBytes) {
        return new Chunk(allocator.directBuffer(capacityBytes, capacityBytes), capacityBytes);
    }

    @Override
    public void release(ByteBuf buffer) {
        ReferenceCountUtil.safeRelease(buffer);
    }

    @Override
    public Loan lend(ByteBuf buffer) {
        Objects.requireNonNull(buffer, "buffer");
        if (buffer.isDirect() && buffer.nioBufferCount() == 1) {
            return new Lent(buffer);
        }
        Lent copy = new Lent(allocator.directBuffer(Math.max(1, buffer.readableBytes()))
                .writeBytes(buffer, buffer.readerIndex(), buffer.readableBytes()));
        buffer.release();
        return copy;
    }

    @Override
    public Loan lendInPieces(ByteBuf buffer) {
        Objects.requireNonNull(buffer, "buffer");
        boolean inPlace = buffer.isDirect() && buffer.nioBufferCount() == 1;
        return inPlace || buffer.readableBytes() <= PIECE_BYTES
                ? lend(buffer)
                : new LentInPieces(buffer, allocator.directBuffer(PIECE_BYTES));
    }

    /** Returns where a byte of a direct buffer is. Not every allocator tells the address of its buffers. */
    private static long address(ByteBuf buffer, int index, int length) {
        return buffer.hasMemoryAddress()
                ? buffer.memoryAddress() + index
                : MemorySegment.ofBuffer(buffer.nioBuffer(index, length)).address();
    }

    private record Lent(ByteBuf buffer) implements Loan {

        @Override
        public long address() {
            return NettyBuffers.address(buffer, buffer.readerIndex(), buffer.readableBytes());
        }

        @Override
        public int lengthBytes() {
            return buffer.readableBytes();
        }

        @Override
        public void release() {
            buffer.release();
        }
    }

    /** Has a copy of the piece that was asked for last. */
    private record LentInPieces(ByteBuf buffer, ByteBuf copy) implements Loan {

        @Override
        public long address() {
            return NettyBuffers.address(copy, 0, copy.capacity());
        }

        @Override
        public int lengthBytes() {
            return buffer.readableBytes();
        }

        @Override
        public long piece(int offset, int lengthBytes) {
            copy.clear().writeBytes(buffer, buffer.readerIndex() + offset, lengthBytes);
            return address();
        }

        @Override
        public void release() {
            copy.release();
            buffer.release();
        }
    }

    private record Chunk(ByteBuf buffer, int capacityBytes) implements Lease<ByteBuf> {

        @Override
        public long address() {
            return NettyBuffers.address(buffer, 0, capacityBytes);
        }

        @Override
        public ByteBuf fill(int lengthBytes) {
            return buffer.writerIndex(lengthBytes);
        }

        @Override
        public void release() {
            buffer.release();
        }
    }
}
