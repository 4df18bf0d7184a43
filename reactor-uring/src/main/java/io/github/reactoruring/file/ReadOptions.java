package io.github.reactoruring.file;

/**
 * Says how a file is streamed. Immutable: each method returns a changed copy.
 *
 * @param chunkBytes the size of each buffer but the last, 1 or more
 * @param readAheadBytes the most that is in flight or buffered for one subscriber, whatever it requests; at least one
 *     chunk is
 * @param position the first byte to read, 0 or more
 * @param length the most bytes to read; {@link Long#MAX_VALUE} reads to the end
 * @param direct whether the page cache is bypassed (O_DIRECT): position and chunkBytes have to be multiples of what the disk
 *     wants, for which 4096 does nearly always; so has the memory of the buffers, as that of {@code BufferFactory.heap()},
 *     {@code aligned} and {@link io.github.reactoruring.buffer.RegisteredBuffers} has
 */
public record ReadOptions(int chunkBytes, int readAheadBytes, long position, long length, boolean direct) {

    private static final ReadOptions DEFAULTS = new ReadOptions(64 * 1024, 512 * 1024, 0, Long.MAX_VALUE,
            false);

    /** Checks the values. */
    public ReadOptions {
        check(chunkBytes >= 1, "chunkBytes must be 1 or more, not ", chunkBytes);
        check(readAheadBytes >= 0, "readAheadBytes must be 0 or more, not ", readAheadBytes);
        check(position >= 0, "position must be 0 or more, not ", position);
        check(length >= 0, "length must be 0 or more, not ", length);
    }

    /** Returns chunks of 64 KiB, a read-ahead of 512 KiB, the whole file. */
    public static ReadOptions defaults() {
        return DEFAULTS;
    }

    /** Changes the size of the buffers. */
    public ReadOptions withChunkBytes(int bytes) {
        return new ReadOptions(bytes, readAheadBytes, position, length, direct);
    }

    /** Changes the bound of what is in flight or buffered. */
    public ReadOptions withReadAheadBytes(int bytes) {
        return new ReadOptions(chunkBytes, bytes, position, length, direct);
    }

    /** Starts at {@code bytes}. */
    public ReadOptions from(long bytes) {
        return new ReadOptions(chunkBytes, readAheadBytes, bytes, length, direct);
    }

    /** Reads at most {@code bytes}. */
    public ReadOptions limit(long bytes) {
        return new ReadOptions(chunkBytes, readAheadBytes, position, bytes, direct);
    }

    /** Bypasses the page cache, or does not: not, by default. */
    public ReadOptions withDirect(boolean bypass) {
        return new ReadOptions(chunkBytes, readAheadBytes, position, length, bypass);
    }

    private static void check(boolean condition, String message, long value) {
        if (!condition) {
            throw new IllegalArgumentException(message + value);
        }
    }
}
