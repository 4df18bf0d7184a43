package io.github.reactoruring.netty;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

import io.github.reactoruring.buffer.BufferFactory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ReferenceCountUtil;

/**
 * Lets the kernel write straight into Netty's pooled direct buffers: no copy.
 *
 * <p><b>Buffers:</b> each emitted {@link ByteBuf} belongs to the subscriber, who releases it. Operators that drop or buffer
 * elements need {@code doOnDiscard(ByteBuf.class, ReferenceCountUtil::safeRelease)}, put last: it is seen by the operators
 * above it.
 */
public final class NettyBuffers implements BufferFactory<ByteBuf> {

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

    private record Chunk(ByteBuf buffer, int capacityBytes) implements Lease<ByteBuf> {

        @Override
        public long address() {
            // Not every allocator tells the address of its direct buffers.
            return buffer.hasMemoryAddress()
                    ? buffer.memoryAddress()
                    : MemorySegment.ofBuffer(buffer.internalNioBuffer(0, capacityBytes)).address();
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
