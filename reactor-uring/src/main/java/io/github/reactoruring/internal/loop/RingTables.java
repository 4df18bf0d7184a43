package io.github.reactoruring.internal.loop;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.ring.ProvidedBuffers;
import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.sys.Errno;

/**
 * The tables of a ring that requests refer to by number, each made on first use.
 *
 * <p><b>Threads:</b> the owner's.
 */
public final class RingTables {

    /** How many files may be open as direct descriptors on one ring: as many as the kernel lets us have, of these. */
    private static final int MOST_FILE_SLOTS = 4096;
    private static final int FEWEST_FILE_SLOTS = 16;
    /** The group of buffers that is the library's; the others are for users. */
    public static final int OWN_BUFFER_GROUP = 0xffff;
    private static final int PROVIDED_BUFFERS = 256;
    private static final int PROVIDED_BUFFER_BYTES = 8192;

    private final Ring ring;
    private boolean fileTable;
    private @Nullable ProvidedBuffers providedBuffers;

    RingTables(Ring ring) {
        this.ring = ring;
    }

    /**
     * Makes sure there is a table of direct descriptors. The kernel refuses one of more slots than the process may have
     * files open, although they do not count as such.
     *
     * @return zero or a negated errno
     */
    public int ensureFileTable() {
        if (fileTable) {
            return 0;
        }
        int slots = MOST_FILE_SLOTS;
        int result = ring.registerFileTable(slots);
        while (result == -Errno.EMFILE && slots > FEWEST_FILE_SLOTS) {
            slots /= 2;
            result = ring.registerFileTable(slots);
        }
        fileTable = result >= 0;
        return Math.min(result, 0);
    }

    /** Returns the buffers that multishot reads take from; null where the kernel has none. */
    public @Nullable ProvidedBuffers providedBuffers() {
        if (providedBuffers == null) {
            providedBuffers = ring.provideBuffers(OWN_BUFFER_GROUP, PROVIDED_BUFFERS, PROVIDED_BUFFER_BYTES);
        }
        return providedBuffers;
    }
}
