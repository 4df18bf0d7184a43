package io.github.reactoruring.buffer;

import java.nio.ByteBuffer;

/**
 * Makes the buffers a source emits. The kernel writes to native memory while the chunk is <em>leased</em>; once
 * filled, it becomes a buffer, whose ownership passes to the subscriber.
 *
 * <p>Implement it to read straight into buffers of another kind. A factory may be shared by rings and must be
 * thread-safe.
 *
 * @param <B> the buffer type that is emitted
 */
public interface BufferFactory<B> {

    /**
     * Returns the default: heap {@link ByteBuffer}s, positioned at 0, limited to what was read. The data is copied out of
     * pooled native memory, so that a buffer is garbage-collected like any object and cannot be used after free.
     */
    static BufferFactory<ByteBuffer> heap() {
        return HeapBuffers.INSTANCE;
    }

    /**
     * Returns a factory like {@link #heap()}, whose native memory is aligned as O_DIRECT wants it. The heap copy has no
     * address that could matter, and nobody has to free it; its cost, 0.2 µs for 4 KiB, is small against a disk's.
     *
     * @param alignmentBytes a power of two up to 1 MiB: {@link io.github.reactoruring.file.UringFile#alignmentBytes()}, or
     *     4096, which suits nearly every disk
     */
    static BufferFactory<ByteBuffer> aligned(int alignmentBytes) {
        return HeapBuffers.aligned(alignmentBytes);
    }

    /** Leases native memory for the kernel to write {@code capacityBytes} to. Called on a ring thread. */
    Lease<B> lease(int capacityBytes);

    /** Frees a filled buffer that no subscriber took. */
    void release(B buffer);

    /**
     * Native memory the kernel may write to. Ends exactly once, by {@link #fill} or {@link #release}, and never before
     * the kernel is done with it.
     *
     * @param <B> the buffer type that is emitted
     */
    interface Lease<B> {

        /** Returns the address of the first byte. */
        long address();

        /** Returns how many bytes the kernel may write. */
        int capacityBytes();

        /**
         * Ends the lease with a buffer of the first {@code lengthBytes} bytes. One that throws has ended it too, and the
         * source fails with what it threw.
         */
        B fill(int lengthBytes);

        /**
         * Says whether {@link #fill} copies the bytes. A copy of much would hold up all that the ring serves, so it is made on
         * another thread. By default it does not.
         */
        default boolean copies() {
            return false;
        }

        /** Ends the lease without a buffer. */
        void release();
    }
}
