package io.github.reactoruring.soak;

import java.util.Random;

import io.github.reactoruring.buffer.BufferFactory;

/** Throws now and then, wherever a factory is called; what it lent ends all the same. For one reading after another. */
final class ThrowingBuffers implements BufferFactory<CountedBuffers.Buffer> {

    private static final int ONE_OF = 12;

    private final BufferFactory<CountedBuffers.Buffer> buffers;
    private final Random random;

    ThrowingBuffers(BufferFactory<CountedBuffers.Buffer> buffers, long seed) {
        this.buffers = buffers;
        random = new Random(seed);
    }

    private void mayThrow() {
        synchronized (random) {
            if (random.nextInt(ONE_OF) != 0) {
                return;
            }
        }
        throw Thrown.sneaky(Thrown.draw(random));
    }

    @Override
    public Lease<CountedBuffers.Buffer> lease(int capacityBytes) {
        mayThrow();
        Lease<CountedBuffers.Buffer> lease = buffers.lease(capacityBytes);
        return new Lease<>() {
            @Override
            public long address() {
                mayThrow();
                return lease.address();
            }

            @Override
            public int capacityBytes() {
                mayThrow();
                return lease.capacityBytes();
            }

            @Override
            public CountedBuffers.Buffer fill(int lengthBytes) {
                CountedBuffers.Buffer buffer = lease.fill(lengthBytes);
                try {
                    mayThrow();
                } catch (Throwable t) {
                    buffer.release();
                    throw t;
                }
                return buffer;
            }

            @Override
            public void release() {
                lease.release();
                mayThrow();
            }
        };
    }

    @Override
    public void release(CountedBuffers.Buffer buffer) {
        buffers.release(buffer);
        mayThrow();
    }
}
