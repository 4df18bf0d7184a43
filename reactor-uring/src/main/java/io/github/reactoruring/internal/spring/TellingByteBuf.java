package io.github.reactoruring.internal.spring;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledDirectByteBuf;

/**
 * Shows the bytes of another buffer, and tells when its last reference is gone: slices and duplicates count, wherever
 * Netty has taken them. The other buffer goes back to its allocator, who watches for leaks, at that moment.
 */
final class TellingByteBuf extends UnpooledDirectByteBuf {

    private final ByteBuf memory;
    private final Runnable whenFreed;

    private TellingByteBuf(ByteBuf memory, Runnable whenFreed) {
        super(memory.alloc(), memory.nioBuffer(), memory.readableBytes());
        this.memory = memory;
        this.whenFreed = whenFreed;
    }

    /** Takes over the caller's reference to {@code memory}, of which it shows what is readable. */
    static ByteBuf around(ByteBuf memory, Runnable whenFreed) {
        return new TellingByteBuf(memory, whenFreed);
    }

    @Override
    protected void deallocate() {
        super.deallocate();
        memory.release();
        whenFreed.run();
    }

    @Override
    public TellingByteBuf touch(Object hint) {
        memory.touch(hint);
        return this;
    }
}
