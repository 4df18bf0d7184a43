package io.github.reactoruring.internal.spring;

import java.nio.ByteBuffer;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;

import io.github.reactoruring.buffer.BufferReader;

/**
 * Lends the kernel the memory of Spring's buffers to write from: of Netty's as it is, of any other a copy.
 *
 * <p><b>Threads:</b> any.
 */
public final class Loans implements BufferReader<DataBuffer> {

    private static final Loans INSTANCE = new Loans();

    private Loans() {
    }

    /** Returns the reader of buffers of any kind. */
    public static BufferReader<DataBuffer> ofAny() {
        return INSTANCE;
    }

    @Override
    public Loan lend(DataBuffer buffer) {
        if (Leases.NETTY && NettyDataBuffers.suits(buffer)) {
            return NettyDataBuffers.lend(buffer);
        }
        ByteBuffer copy = ByteBuffer.allocate(buffer.readableByteCount());
        buffer.toByteBuffer(copy);
        Loan loan = BufferReader.byteBuffers().lend(copy);
        DataBufferUtils.release(buffer);
        return loan;
    }

    @Override
    public void release(DataBuffer buffer) {
        DataBufferUtils.release(buffer);
    }
}
