package io.github.reactoruring.internal.loop;

import io.github.reactoruring.internal.ring.Ring;

/**
 * Packs the user_data of an SQE.
 *
 * <pre>
 *   63 62 | 61 … 24       | 23 … 0
 *   kind  | generation 38 | slot 24
 * </pre>
 *
 * <p>A slot's generation grows by one each time the slot is given back, so that a cancel, or a completion, meant for
 * an earlier request in the slot matches nothing. A cancel by user_data carries its target's slot and generation
 * under a kind of its own. Kind 0 is left to the user of raw operations, whose values are pointers or small numbers.
 */
final class UserData {

    /** Chosen by the user: any value below 2^62, pointers among them. */
    static final int CHOSEN = 0;
    /** A request of a source. */
    static final int REQUEST = 1;
    /** A cancel: of one request, or wide. */
    static final int CANCEL = 2;
    /** The loop's own, and the ring's: {@link Ring#WAKE_USER_DATA}. */
    static final int INTERNAL = 3;

    static final int MAX_SLOTS = 1 << 24;
    /** An SQE that had to be staged although its preparation failed. */
    static final long IGNORED = (long) INTERNAL << 62 | 2;

    private static final int SLOT_BITS = 24;
    private static final long GENERATION_MASK = (1L << 38) - 1;
    private static final long PAYLOAD_MASK = (1L << 62) - 1;
    private static final long WIDE = 1L << 61;

    private UserData() {
    }

    static long request(int slot, long generation) {
        return (long) REQUEST << 62 | (generation & GENERATION_MASK) << SLOT_BITS | slot;
    }

    static long cancelOf(long requestUserData) {
        return (long) CANCEL << 62 | requestUserData & PAYLOAD_MASK & ~WIDE;
    }

    /** A cancel by file, opcode or any. */
    static long wideCancel(long sequence) {
        return (long) CANCEL << 62 | WIDE | sequence & (WIDE - 1);
    }

    static int kind(long userData) {
        return (int) (userData >>> 62);
    }

    static int slot(long userData) {
        return (int) (userData & MAX_SLOTS - 1);
    }

    static long generation(long userData) {
        return userData >>> SLOT_BITS & GENERATION_MASK;
    }
}
