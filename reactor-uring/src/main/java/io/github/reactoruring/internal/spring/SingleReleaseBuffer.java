package io.github.reactoruring.internal.spring;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.CloseableDataBuffer;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DataBufferWrapper;
import org.springframework.core.io.buffer.PooledDataBuffer;

/**
 * Shows a pooled buffer to Spring's operators, and is released once, however often it is asked to be.
 *
 * <p>Reactor runs every discard hook of the Context on what an operator drops: the operator's own and those of whoever
 * stands behind it. Spring has one in {@code DataBufferUtils.join}, one in each writer and one in the response (7.0.8), and
 * each releases. A Netty buffer counts its references together with all of its slices, so that the second release frees
 * memory that somebody else has.
 *
 * <p>For the parser and {@code join} only: what others may call, {@code read(byte[])} say, returns the buffer that is shown.
 *
 * <p><b>Buffers:</b> owns the one it shows, until that is released or {@link #take taken}; what it is split into has owners
 * of its own. <b>Threads:</b> any, for the release.
 */
public final class SingleReleaseBuffer extends DataBufferWrapper implements PooledDataBuffer {

    private final AtomicInteger references = new AtomicInteger(1);

    private SingleReleaseBuffer(DataBuffer shown) {
        super(shown);
    }

    /** Shows {@code buffer}, if it is one that has to be released. */
    public static DataBuffer of(DataBuffer buffer) {
        return buffer instanceof PooledDataBuffer || buffer instanceof CloseableDataBuffer
                ? new SingleReleaseBuffer(buffer)
                : buffer;
    }

    /**
     * Returns the buffer that {@code buffer} shows, whose owner the caller becomes: no release from elsewhere reaches it any
     * more.
     *
     * @throws IllegalStateException if it was released before
     */
    public static DataBuffer take(DataBuffer buffer) {
        if (!(buffer instanceof SingleReleaseBuffer shown)) {
            return buffer;
        }
        if (shown.references.getAndSet(0) <= 0) {
            throw new IllegalStateException("The buffer was released, and passed on all the same");
        }
        return shown.dataBuffer();
    }

    @Override
    public boolean isAllocated() {
        return references.get() > 0;
    }

    @Override
    public PooledDataBuffer retain() {
        if (references.getAndUpdate(n -> n > 0 ? n + 1 : n) <= 0) {
            throw new IllegalStateException("The buffer was released");
        }
        return this;
    }

    @Override
    public boolean release() {
        if (references.getAndUpdate(n -> Math.max(0, n - 1)) != 1) {
            return false;
        }
        DataBufferUtils.release(dataBuffer());
        return true;
    }

    @Override
    public PooledDataBuffer touch(@Nullable Object hint) {
        if (hint != null) {
            DataBufferUtils.touch(dataBuffer(), hint);
        }
        return this;
    }

    /** Looks for boundaries where the buffer's own way is the fast one: the wrapper's is a call for each byte (7.0.8). */
    @Override
    public int forEachByte(int index, int length, ByteProcessor processor) {
        return dataBuffer().forEachByte(index, length, processor);
    }

    @Override
    public DataBuffer split(int index) {
        return of(dataBuffer().split(index));
    }

    @Override
    @Deprecated
    public DataBuffer retainedSlice(int index, int length) {
        return of(dataBuffer().retainedSlice(index, length));
    }

    @Override
    public DataBufferFactory factory() {
        return new Joining(super.factory());
    }

    /** Joins what is shown, and shows it. */
    private record Joining(DataBufferFactory factory) implements DataBufferFactory {

        @Override
        @Deprecated
        public DataBuffer allocateBuffer() {
            return factory.allocateBuffer();
        }

        @Override
        public DataBuffer allocateBuffer(int initialCapacity) {
            return factory.allocateBuffer(initialCapacity);
        }

        @Override
        public DataBuffer wrap(ByteBuffer byteBuffer) {
            return factory.wrap(byteBuffer);
        }

        @Override
        public DataBuffer wrap(byte[] bytes) {
            return factory.wrap(bytes);
        }

        @Override
        public DataBuffer join(List<? extends DataBuffer> dataBuffers) {
            List<DataBuffer> taken = new ArrayList<>(dataBuffers.size());
            for (DataBuffer buffer : dataBuffers) {
                taken.add(take(buffer));
            }
            return of(factory.join(taken));
        }

        @Override
        public boolean isDirect() {
            return factory.isDirect();
        }
    }
}
