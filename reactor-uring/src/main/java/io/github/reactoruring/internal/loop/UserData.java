package io.github.reactoruring.internal.loop;

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
 * under a kind of its own.
 */
final class UserData {

    /** A request of a source. */
    static final int REQUEST = 0;
    /** A cancel of one request. */
    static final int CANCEL_ONE = 1;
    /** A cancel of several: by file, opcode or any. */
    static final int CANCEL_WIDE = 2;
    /** The loop's own. */
    static final int INTERNAL = 3;

    static final int MAX_SLOTS = 1 << 24;
    static final long WAKE = (long) INTERNAL << 62 | 1;
    /** An SQE that had to be staged although its preparation failed. */
    static final long IGNORED = (long) INTERNAL << 62 | 2;

    private static final int SLOT_BITS = 24;
    private static final long GENERATION_MASK = (1L << 38) - 1;
    private static final long PAYLOAD_MASK = (1L << 62) - 1;

    private UserData() {
    }

    static long request(int slot, long generation) {
        return (generation & GENERATION_MASK) << SLOT_BITS | slot;
    }

    static long cancelOf(long requestUserData) {
        return (long) CANCEL_ONE << 62 | requestUserData & PAYLOAD_MASK;
    }

    static long wideCancel(long sequence) {
        return (long) CANCEL_WIDE << 62 | sequence & PAYLOAD_MASK;
    }

    /** Returns the request a cancel was for. */
    static long targetOf(long cancelUserData) {
        return cancelUserData & PAYLOAD_MASK;
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
