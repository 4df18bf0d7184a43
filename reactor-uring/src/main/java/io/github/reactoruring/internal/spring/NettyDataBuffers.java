package io.github.reactoruring.internal.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.NettyDataBuffer;
import org.springframework.core.io.buffer.NettyDataBufferFactory;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.netty.NettyBuffers;
import io.netty.buffer.ByteBuf;

/** Knows which of Spring's buffers are Netty's, and leases and lends those; loaded only where Netty is. */
final class NettyDataBuffers {

    private static final NettyBuffers READER = NettyBuffers.pooled();

    private NettyDataBuffers() {
    }

    static boolean suits(DataBufferFactory factory) {
        return factory instanceof NettyDataBufferFactory;
    }

    static boolean suits(DataBuffer buffer) {
        return buffer instanceof NettyDataBuffer;
    }

    /** @param whenFreed is told of each buffer's end, if not null */
    static BufferFactory<DataBuffer> of(DataBufferFactory factory, @Nullable Runnable whenFreed) {
        NettyDataBufferFactory netty = (NettyDataBufferFactory) factory;
        return new Chunks(netty, new NettyBuffers(netty.getByteBufAllocator()), whenFreed);
    }

    static boolean tells(DataBuffer buffer) {
        return buffer instanceof NettyDataBuffer netty && netty.getNativeBuffer() instanceof TellingByteBuf;
    }

    static BufferReader.Loan lend(DataBuffer buffer) {
        return READER.lend(((NettyDataBuffer) buffer).getNativeBuffer());
    }

    private record Chunks(NettyDataBufferFactory factory, NettyBuffers buffers,
            @Nullable Runnable whenFreed) implements BufferFactory<DataBuffer> {

        @Override
        public Lease<DataBuffer> lease(int capacityBytes) {
            return new Chunk(this, buffers.lease(capacityBytes));
        }

        @Override
        public void release(DataBuffer buffer) {
            DataBufferUtils.release(buffer);
        }

        DataBuffer wrap(ByteBuf filled) {
            try {
                return factory.wrap(whenFreed == null ? filled : TellingByteBuf.around(filled, whenFreed));
            } catch (Throwable t) {
                // No memory for the wrapper: the buffer itself goes back.
                filled.release();
                throw t;
            }
        }
    }

    private record Chunk(Chunks chunks,
            BufferFactory.Lease<ByteBuf> memory) implements BufferFactory.Lease<DataBuffer> {

        @Override
        public long address() {
            return memory.address();
        }

        @Override
        public int capacityBytes() {
            return memory.capacityBytes();
        }

        @Override
        public DataBuffer fill(int lengthBytes) {
            return chunks.wrap(memory.fill(lengthBytes));
        }

        @Override
        public void release() {
            memory.release();
        }
    }
}
