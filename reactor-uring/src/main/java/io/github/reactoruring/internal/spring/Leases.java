package io.github.reactoruring.internal.spring;

import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.util.ClassUtils;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.buffer.BufferFactory.Lease;

/**
 * Leases memory to the kernel that is to become Spring's buffers: Netty's own, or pooled memory that is copied to the heap.
 *
 * <p><b>Threads:</b> any.
 */
public final class Leases {

    /** Whether Netty's buffers can be named. */
    static final boolean NETTY = ClassUtils.isPresent("io.netty.buffer.ByteBuf", Leases.class.getClassLoader());

    private Leases() {
    }

    /** Makes buffers as {@code factory} does. */
    public static BufferFactory<DataBuffer> of(DataBufferFactory factory) {
        return of(factory, null);
    }

    /** Makes buffers that tell when they were freed, where there is something to free. */
    static BufferFactory<DataBuffer> telling(DataBufferFactory factory, Runnable whenFreed) {
        return of(factory, whenFreed);
    }

    /** Says whether the buffer's end will be told: it comes from {@link #telling}, and has to be released. */
    static boolean tells(DataBuffer buffer) {
        return NETTY && NettyDataBuffers.tells(buffer);
    }

    private static BufferFactory<DataBuffer> of(DataBufferFactory factory, @Nullable Runnable whenFreed) {
        return NETTY && NettyDataBuffers.suits(factory)
                ? NettyDataBuffers.of(factory, whenFreed)
                : new Copies(factory);
    }

    /** Copies each chunk from pooled native memory to the heap, which is what Spring's default factory wraps. */
    private record Copies(DataBufferFactory factory) implements BufferFactory<DataBuffer> {

        @Override
        public Lease<DataBuffer> lease(int capacityBytes) {
            return new Copy(factory, BufferFactory.heap().lease(capacityBytes));
        }

        @Override
        public void release(DataBuffer buffer) {
            DataBufferUtils.release(buffer);
        }
    }

    private record Copy(DataBufferFactory factory, Lease<ByteBuffer> heap) implements Lease<DataBuffer> {

        @Override
        public long address() {
            return heap.address();
        }

        @Override
        public boolean copies() {
            return heap.copies();
        }

        @Override
        public int capacityBytes() {
            return heap.capacityBytes();
        }

        @Override
        public DataBuffer fill(int lengthBytes) {
            return factory.wrap(heap.fill(lengthBytes));
        }

        @Override
        public void release() {
            heap.release();
        }
    }
}
