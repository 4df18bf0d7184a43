package io.github.reactoruring.internal.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Function;

/** Knows struct statx and the flags of statx(2), and asks at once for what the kernel has at hand. */
public final class Statx {

    /** The size of struct statx. */
    public static final int BYTES = 256;
    /** Asks of the descriptor itself: the name is empty. */
    public static final int EMPTY_PATH = 0x1000;
    /** Asks of a symbolic link itself. */
    public static final int SYMLINK_NOFOLLOW = 0x100;

    private static final int DONT_SYNC = 0x4000;

    private Statx() {
    }

    /**
     * Asks of an open descriptor what the kernel has at hand.
     *
     * <p>AT_STATX_DONT_SYNC: a network filesystem answers from its cache, so that the call never waits for a server and
     * may run on a ring's thread. STATX on the ring would always go through a kernel worker, at 20 times the cost.
     *
     * @param mask what to ask for, STATX_*
     * @param reader reads the answer, which is gone afterwards
     */
    static <T> T atHand(int descriptor, int mask, Function<MemorySegment, T> reader) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(BYTES, Long.BYTES);
            int result = Syscalls.statx(descriptor, arena.allocate(1), EMPTY_PATH | DONT_SYNC, mask, status);
            if (result < 0) {
                throw new ErrnoException(-result, "statx");
            }
            return reader.apply(status);
        }
    }
}
