package io.github.reactoruring.buffer;

import reactor.core.publisher.Mono;

/**
 * A bounded pool of buffers that the kernel has mapped and pinned once, instead of for each request: for many small
 * reads and writes with O_DIRECT, which use it by READ_FIXED and WRITE_FIXED. Made by
 * {@link io.github.reactoruring.file.UringFiles#registerBuffers}; known to all rings of that Uring. With another Uring its
 * buffers are as good as any, and its requests are READs and WRITEs.
 *
 * <p><b>Buffers:</b> each belongs to whoever has it, and goes back to the pool when it is released, never before the kernel
 * is done with it. When all are taken, the request that needs one fails with {@link BuffersExhaustedException}: nothing
 * waits, since what would be waited for may be held by whoever waits. So the pool has to have as many as are in flight and
 * held downstream together; bound both by concurrency and {@code request(n)}. Operators that drop or buffer elements need
 * {@code doOnDiscard(RegisteredBuffer.class, RegisteredBuffer::release)}, put last.
 *
 * <p><b>Threading:</b> any.
 */
public interface RegisteredBuffers extends BufferFactory<RegisteredBuffer>, BufferReader<RegisteredBuffer> {

    /**
     * Takes a buffer to fill and write: {@code bytes()} has position 0 and the limit {@link #bufferBytes()}, and whatever
     * content.
     *
     * @throws BuffersExhaustedException if all are taken
     * @throws IllegalStateException if the pool is closed
     */
    RegisteredBuffer take();

    /** Returns the size of each buffer. */
    int bufferBytes();

    /** Returns how many buffers there are. */
    int count();

    /** Returns how many are taken: leased to the kernel, or not released by who has them. */
    int taken();

    /**
     * Says whether the kernel knows them. Before Linux 5.19 it is not asked; then the pool is one of aligned buffers, and
     * requests are READs and WRITEs.
     */
    boolean isRegistered();

    /**
     * Closes the pool: nothing is taken from it any more. Completes when the last buffer is back, and all is unregistered
     * and freed. The end of its Uring closes it too. Idempotent.
     */
    Mono<Void> close();

    /** Releases {@code buffer}, if it is still the library's to release. */
    @Override
    void release(RegisteredBuffer buffer);
}
