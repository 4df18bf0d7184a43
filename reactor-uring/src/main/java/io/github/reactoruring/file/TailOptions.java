package io.github.reactoruring.file;

import java.time.Duration;
import java.util.Objects;

/**
 * Says how a growing file is followed. Immutable: each method returns a changed copy.
 *
 * @param newOnly whether what is in the file at first is left out
 * @param chunkBytes the most of each buffer, 1 or more
 * @param checkEvery how often to look at the file even though inotify told nothing: for what it does not tell
 */
public record TailOptions(boolean newOnly, int chunkBytes, Duration checkEvery) {

    private static final TailOptions FROM_START = new TailOptions(false, 64 * 1024, Duration.ofSeconds(1));

    /** Checks the values. */
    public TailOptions {
        if (chunkBytes < 1) {
            throw new IllegalArgumentException("chunkBytes must be 1 or more, not " + chunkBytes);
        }
        Objects.requireNonNull(checkEvery, "checkEvery");
        if (!checkEvery.isPositive()) {
            throw new IllegalArgumentException("checkEvery must be more than zero, not " + checkEvery);
        }
    }

    /** Returns: all of the file, chunks up to 64 KiB, a look every second besides. */
    public static TailOptions fromStart() {
        return FROM_START;
    }

    /** Returns: what comes from now on, otherwise as {@link #fromStart()}. A file that is not there yet is new as a whole. */
    public static TailOptions fromEnd() {
        return new TailOptions(true, FROM_START.chunkBytes, FROM_START.checkEvery);
    }

    /** Changes the size of the buffers. */
    public TailOptions withChunkBytes(int bytes) {
        return new TailOptions(newOnly, bytes, checkEvery);
    }

    /** Changes how often to look besides. */
    public TailOptions withCheckEvery(Duration period) {
        return new TailOptions(newOnly, chunkBytes, period);
    }
}
