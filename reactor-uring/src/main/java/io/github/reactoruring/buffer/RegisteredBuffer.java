package io.github.reactoruring.buffer;

import java.nio.ByteBuffer;

/**
 * A buffer of {@link RegisteredBuffers}, in memory that the kernel keeps mapped and pinned.
 *
 * <p>Belongs to whoever has it, who ends that exactly once: by {@link #release()}, or by handing it to a write.
 *
 * <p><b>Threading:</b> one at a time.
 */
public interface RegisteredBuffer {

    /**
     * Returns its bytes, always the same direct buffer: what was read is between position and limit, and what is between
     * them is written. It must not be used after the release: the memory is somebody else's then.
     *
     * @throws IllegalStateException if the buffer was released, or handed to a write
     */
    ByteBuffer bytes();

    /**
     * Gives the memory back to the pool.
     *
     * @throws IllegalStateException if that was done before, or the buffer was handed to a write, which releases it
     */
    void release();
}
