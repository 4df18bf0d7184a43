package io.github.reactoruring.internal.spring;

import java.nio.ByteBuffer;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.util.ClassUtils;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.buffer.BufferReader;

/**
 * Gives the kernel memory for Spring's buffers to be: Netty's own, or pooled memory that is copied to the heap.
 *
 * <p><b>Buffers:</b> each that is emitted belongs to the subscriber, who releases it. <b>Threads:</b> any.
 */
public final class Leases implements BufferFactory<DataBuffer>, BufferReader<DataBuffer> {

    private static final boolean NETTY = ClassUtils.isPresent("io.netty.buffer.ByteBuf",
            Leases.class.getClassLoader());

    private static final Leases PLAIN = of(DefaultDataBufferFactory.sharedInstance);

    private final DataBufferFactory factory;
    private final BufferFactory<DataBuffer> leases;

    private Leases(DataBufferFactory factory, BufferFactory<DataBuffer> leases) {
        this.factory = factory;
        this.leases = leases;
    }

    /** Makes buffers as {@code factory} does. */
    public static Leases of(DataBufferFactory factory) {
        Objects.requireNonNull(factory, "factory");
        return new Leases(factory, leases(factory, null));
    }

    /** Reads what is to be written out of buffers of any kind, and makes those of Spring's default. */
    public static Leases plain() {
        return PLAIN;
    }

    /** Makes buffers that tell when they were freed, where there is something to free. */
    public static BufferFactory<DataBuffer> telling(DataBufferFactory factory, Runnable whenFreed) {
        return leases(factory, whenFreed);
    }

    private static BufferFactory<DataBuffer> leases(DataBufferFactory factory, @Nullable Runnable whenFreed) {
        return NETTY && NettyDataBuffers.suits(factory)
                ? NettyDataBuffers.of(factory, whenFreed)
                : new Copies(factory);
    }

    /** Says whether the buffer's end will be told: it comes from {@link #telling}, and has to be released. */
    public static boolean tells(DataBuffer buffer) {
        return NETTY && NettyDataBuffers.tells(buffer);
    }

    @Override
    public Lease<DataBuffer> lease(int capacityBytes) {
        return leases.lease(capacityBytes);
    }

    @Override
    public void release(DataBuffer buffer) {
        DataBufferUtils.release(buffer);
    }

    @Override
    public Loan lend(DataBuffer buffer) {
        if (NETTY && NettyDataBuffers.suits(buffer)) {
            return NettyDataBuffers.lend(buffer);
        }
        ByteBuffer copy = ByteBuffer.allocate(buffer.readableByteCount());
        buffer.toByteBuffer(copy);
        Loan loan = BufferReader.byteBuffers().lend(copy);
        DataBufferUtils.release(buffer);
        return loan;
    }

    @Override
    public String toString() {
        return "Leases(" + factory + ")";
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
