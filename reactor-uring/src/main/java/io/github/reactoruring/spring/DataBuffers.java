package io.github.reactoruring.spring;

import java.util.Objects;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DataBufferUtils;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.internal.spring.Leases;
import io.github.reactoruring.internal.spring.Loans;

/**
 * Reads into Spring's {@link DataBuffer}s and writes from them: Netty's without a copy, any other with one.
 *
 * <p><b>Buffers:</b> each emitted buffer belongs to the subscriber, who releases it ({@link DataBufferUtils#release}).
 * Operators that drop or buffer elements need {@code doOnDiscard(DataBuffer.class, DataBufferUtils::release)}, put last.
 */
public final class DataBuffers implements BufferFactory<DataBuffer>, BufferReader<DataBuffer> {

    private final DataBufferFactory factory;
    private final BufferFactory<DataBuffer> leases;

    private DataBuffers(DataBufferFactory factory) {
        this.factory = factory;
        leases = Leases.of(factory);
    }

    /** Makes buffers as {@code factory} does. */
    public static DataBuffers of(DataBufferFactory factory) {
        return new DataBuffers(Objects.requireNonNull(factory, "factory"));
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
        return Loans.ofAny().lend(buffer);
    }

    @Override
    public String toString() {
        return "DataBuffers(" + factory + ")";
    }
}
