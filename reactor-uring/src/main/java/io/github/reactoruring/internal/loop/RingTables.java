package io.github.reactoruring.internal.loop;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.ring.ProvidedBuffers;
import io.github.reactoruring.internal.ring.Ring;

/**
 * The tables of a ring that requests refer to by number, each made on first use.
 *
 * <p><b>Threads:</b> the owner's.
 */
public final class RingTables {

    /** How many files may be open as direct descriptors on one ring. */
    private static final int FILE_TABLE_SLOTS = 4096;
    private static final int PROVIDED_BUFFERS = 256;
    private static final int PROVIDED_BUFFER_BYTES = 8192;

    private final Ring ring;
    private boolean fileTable;
    private @Nullable ProvidedBuffers providedBuffers;

    RingTables(Ring ring) {
        this.ring = ring;
    }

    /**
     * Makes sure there is a table of direct descriptors.
     *
     * @return zero or a negated errno
     */
    public int ensureFileTable() {
        if (!fileTable) {
            int result = ring.registerFileTable(FILE_TABLE_SLOTS);
            fileTable = result >= 0;
            return Math.min(result, 0);
        }
        return 0;
    }

    /** Returns the buffers that multishot reads take from; null where the kernel has none. */
    public @Nullable ProvidedBuffers providedBuffers() {
        if (providedBuffers == null) {
            providedBuffers = ring.provideBuffers(0, PROVIDED_BUFFERS, PROVIDED_BUFFER_BYTES);
        }
        return providedBuffers;
    }
}
