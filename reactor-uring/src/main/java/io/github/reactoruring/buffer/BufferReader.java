package io.github.reactoruring.buffer;

import java.nio.ByteBuffer;

/**
 * Says where the bytes of a buffer are that is to be written. The kernel reads them while they are on <em>loan</em>; the
 * loan ends when it is done with them, and with it the library's ownership of the buffer.
 *
 * <p>The counterpart of {@link BufferFactory}: implement it to write straight from buffers of another kind. A reader may
 * be shared by rings and must be thread-safe.
 *
 * <p><b>Buffers:</b> each buffer that a source hands over ends exactly once: by its loan's {@link Loan#release}, or, when
 * it was never lent, by {@link #release}.
 *
 * @param <B> the type of the buffers that are written
 */
public interface BufferReader<B> {

    /**
     * Returns the default. The bytes of a {@link ByteBuffer} are those between its position and its limit. A direct
     * buffer is read where it is, and must not change before the write has ended; a heap buffer, which the garbage
     * collector may move, is copied to pooled native memory at once.
     */
    static BufferReader<ByteBuffer> byteBuffers() {
        return ByteBufferReader.INSTANCE;
    }

    /**
     * Returns a reader like {@link #byteBuffers()}, whose copies are aligned as O_DIRECT wants them. Direct buffers have to
     * be so themselves.
     *
     * @param alignmentBytes a power of two up to 1 MiB
     */
    static BufferReader<ByteBuffer> aligned(int alignmentBytes) {
        return ByteBufferReader.aligned(alignmentBytes);
    }

    /**
     * Lends the bytes of {@code buffer}. Where they are not in one piece of native memory, the loan is of a copy, and the
     * buffer itself may be freed at once.
     *
     * <p>Called on the source's thread. When it throws, the buffer is {@link #release released}.
     */
    Loan lend(B buffer);

    /**
     * Lends the bytes of {@code buffer}, which does not change before the loan ends. So a copy may be made piece by piece,
     * each when {@link Loan#piece} asks for it: to copy much at once would hold up all that the ring serves.
     *
     * <p>Called on a ring thread. Calls {@link #lend} by default.
     */
    default Loan lendInPieces(B buffer) {
        return lend(buffer);
    }

    /** Frees a buffer that was not lent: one that arrived after the end. Any thread. */
    void release(B buffer);

    /** Native memory the kernel may read from. Ends exactly once, and never before the kernel is done with it. */
    interface Loan {

        /** Returns the address of the first byte. */
        long address();

        /** Returns the number of bytes, 0 or more. */
        int lengthBytes();

        /**
         * Returns the address of a part of the bytes, which stays there until the next part is asked for. By default all of
         * them are at {@link #address}.
         */
        default long piece(int offset, int lengthBytes) {
            return address() + offset;
        }

        /** Ends the loan and frees the buffer. Any thread. */
        void release();
    }
}
