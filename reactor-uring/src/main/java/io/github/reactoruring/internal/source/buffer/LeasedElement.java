package io.github.reactoruring.internal.source.buffer;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.internal.source.Element;

/**
 * Memory of a {@link BufferFactory}, which the kernel fills for one element. Not to be freed before the kernel is done with
 * it.
 *
 * @param <B> the buffers' type
 */
public final class LeasedElement<B> extends Element<B> {

    private final BufferFactory.Lease<B> lease;
    private final long address;
    private int filledBytes;

    private LeasedElement(BufferFactory.Lease<B> lease, long address) {
        this.lease = lease;
        this.address = address;
    }

    /** Leases memory, and asks where it is, which may throw as well: nothing is leased then. */
    public static <B> LeasedElement<B> lease(BufferFactory<B> buffers, int capacityBytes) {
        BufferFactory.Lease<B> lease = buffers.lease(capacityBytes);
        try {
            return new LeasedElement<>(lease, lease.address());
        } catch (Throwable t) {
            new LeasedElement<>(lease, 0).free();
            throw t;
        }
    }

    public long address() {
        return address;
    }

    /** Says how much of it is to be emitted. */
    public LeasedElement<B> filled(int bytes) {
        filledBytes = bytes;
        return this;
    }

    @Override
    protected B value() {
        return lease.fill(filledBytes);
    }

    @Override
    protected void discard() {
        lease.release();
    }
}
