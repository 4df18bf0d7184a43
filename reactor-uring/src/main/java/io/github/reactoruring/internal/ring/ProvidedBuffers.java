package io.github.reactoruring.internal.ring;

import java.lang.foreign.MemorySegment;

/**
 * Buffers that a ring takes from when data has arrived, not when a request is made (IOSQE_BUFFER_SELECT). Each is ours from
 * the completion that names it until {@link #giveBack}.
 *
 * <p><b>Threads:</b> the ring's owner.
 */
public interface ProvidedBuffers {

    /** Returns the group's id, for the SQEs that take from it. */
    int group();

    /** Returns the first {@code lengthBytes} of a buffer, to be copied out before it is given back. */
    MemorySegment data(int id, int lengthBytes);

    /** Gives a buffer back to the ring. */
    void giveBack(int id);
}
