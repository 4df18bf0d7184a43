package io.github.reactoruring.internal.ring;

import org.jspecify.annotations.Nullable;

/**
 * One io_uring, as the event loop sees it. The seam between the loop and whoever serves its SQEs: the kernel in
 * production, a script in tests.
 *
 * <p>Results follow the kernel: zero or more, or a negated errno.
 *
 * <p><b>Threads:</b> after {@link #enable()}, only the thread that called it; {@link #wake()}, the features, the capacities
 * and the {@link #descriptors()} excepted.
 */
public interface Ring extends AutoCloseable {

    /** The user_data of the completions that stand for wake-ups: of the values that are not for requests, bits 63 and 62. */
    long WAKE_USER_DATA = 3L << 62 | 1;

    /** Says what this ring's kernel can do. */
    RingFeatures features();

    /** Returns who is asked about the descriptors that this ring's requests open and use. */
    Descriptors descriptors();

    /** Returns the number of SQEs that fit between two enters. */
    int submissionCapacity();

    /** Returns the number of CQEs that fit before the kernel has to overflow into memory of its own. */
    int completionCapacity();

    /**
     * Makes the calling thread the ring's owner, and the ring usable.
     *
     * @return zero or a negated errno
     */
    int enable();

    /**
     * Returns the next free SQE, all 64 bytes cleared, staged for the next enter; null when the queue is full.
     * The object is reused by the next call.
     */
    @Nullable
    Sqe nextSqe();

    /**
     * Returns an SQE that is staged and was not consumed, all 64 bytes cleared, to be filled anew. The object is reused as
     * that of {@link #nextSqe()} is.
     *
     * @param index counted from the first that the kernel has not consumed
     */
    Sqe stageAnew(int index);

    /** Returns how many SQEs are staged and not yet consumed by the kernel. */
    int staged();

    /** Returns how many SQEs {@link #nextSqe()} has left. */
    default int freeSqes() {
        return submissionCapacity() - staged();
    }

    /**
     * Enters the kernel once: submits what is staged, runs pending task work, and waits.
     *
     * @param submit whether to offer the staged SQEs
     * @param minComplete the number of completions to wait for; 0 returns at once
     * @param timeoutNanos the longest wait; negative waits for ever
     * @return the number of SQEs consumed, which may be fewer than staged, or a negated errno
     */
    int enter(boolean submit, int minComplete, long timeoutNanos);

    /** Tells the time that waits and timers go by, the kernel's CLOCK_MONOTONIC; a ring of tests may have a clock of its own. */
    default long nanoTime() {
        return System.nanoTime();
    }

    /** Copies completions out, and gives their room back to the kernel before returning. */
    int reap(CqeBatch into);

    /** Says whether {@link #reap} would find something. */
    boolean completionsReady();

    /** Says whether completions wait for task work that an enter runs (IORING_SQ_TASKRUN). */
    boolean taskWorkPending();

    /** Says whether the kernel holds completions that did not fit (IORING_SQ_CQ_OVERFLOW). */
    boolean overflowed();

    /**
     * Makes a table of {@code slots} empty slots for direct descriptors (IORING_REGISTER_FILES2, sparse: Linux 5.19).
     *
     * @return zero or a negated errno
     */
    int registerFileTable(int slots);

    /**
     * Provides buffers; they are freed when this ring is closed.
     *
     * @param group the group's id, that no other has
     * @param entries a power of two, up to 32768
     * @return null where the ring refuses
     */
    @Nullable
    ProvidedBuffers provideBuffers(int group, int entries, int bufferBytes);

    /**
     * Maps and pins memory once for READ_FIXED and WRITE_FIXED (IORING_REGISTER_BUFFERS2, sparse: Linux 5.19).
     *
     * @param sizeBytes up to 1 GiB
     * @return the number of the registered buffer, or a negated errno: ENFILE when as many as fit are registered
     */
    int registerBuffer(long address, long sizeBytes);

    /** Ends a registration: requests in flight keep the memory pinned until their ends. */
    void unregisterBuffer(int number);

    /** Ends the owner's wait, from any thread, by posting a completion for {@link #WAKE_USER_DATA}. */
    void wake();

    /**
     * Sees to it that {@link #wake()} will end the next wait. What the ring needs for that, it stages now: to be called in
     * each turn, before the loop takes the room for its own.
     *
     * @return false when there was no room: the owner must not wait
     */
    boolean armWake();

    /**
     * Returns how many requests of the ring's own are staged or in flight: an ANY cancel ends them too. The ring makes them
     * anew; all that is seen of them are completions for {@link #WAKE_USER_DATA}.
     */
    int ownInFlight();

    /** Returns how many of them have this opcode: a cancel by it ends them too. */
    int ownInFlight(int opcode);

    /** Closes the ring while requests are in flight: memory the kernel may still write to is not freed. */
    void abandon();

    /** Closes the ring, on which nothing is in flight. */
    @Override
    void close();
}
