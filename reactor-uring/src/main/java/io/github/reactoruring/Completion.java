package io.github.reactoruring;

/**
 * Carries one completion of a raw request: a CQE.
 *
 * @param result what the operation returned, 0 or more: bytes, a descriptor, an event mask, …; a negated errno in a
 *     chain, and for the ticks of a multishot timer
 * @param flags IORING_CQE_F_* flags
 * @param userData the user_data the request had, by which an explicit cancel could have named it
 */
public record Completion(int result, int flags, long userData) {

    private static final int F_BUFFER = 1;
    private static final int F_MORE = 1 << 1;
    private static final int F_NOTIFICATION = 1 << 3;
    private static final int BUFFER_SHIFT = 16;

    /** Says whether the request goes on: more completions follow (IORING_CQE_F_MORE). */
    public boolean more() {
        return (flags & F_MORE) != 0;
    }

    /** Says whether this tells that memory is free again after a zero-copy send (IORING_CQE_F_NOTIF). */
    public boolean notification() {
        return (flags & F_NOTIFICATION) != 0;
    }

    /** Returns the id of the provided buffer that was used, or -1 (IORING_CQE_F_BUFFER). */
    public int bufferId() {
        return (flags & F_BUFFER) != 0 ? flags >>> BUFFER_SHIFT : -1;
    }
}
