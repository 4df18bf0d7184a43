package io.github.reactoruring.internal.ring.kernel;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_SETUP_NO_SQARRAY;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_SQ_CQ_OVERFLOW;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_SQ_TASKRUN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.ring.Sqe;

/**
 * The ring's submission side. We own the tail, the kernel the head.
 *
 * <p>Invariant: {@code head ≤ published tail ≤ tail ≤ head + entries}. An entry is written again only once the
 * kernel's head has passed it.
 */
final class SubmissionQueue {

    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

    private final MemorySegment ring;
    private final long headOffset;
    private final long tailOffset;
    private final long flagsOffset;
    private final int entries;
    private final int mask;
    private final Sqe sqe;
    /** Null on the kernel as it is. */
    private final @Nullable OlderKernel older;
    private int tail;
    private int published;

    SubmissionQueue(MemorySegment ring, MemorySegment sqes, RingParams params, @Nullable OlderKernel older) {
        this.ring = ring;
        headOffset = params.sqHead();
        tailOffset = params.sqTail();
        flagsOffset = params.sqFlags();
        entries = params.sqEntries();
        mask = entries - 1;
        sqe = new Sqe(sqes);
        tail = (int) INT.getAcquire(ring, tailOffset);
        published = tail;
        this.older = older;
        if ((params.flags() & IORING_SETUP_NO_SQARRAY) == 0) {
            // Entry i of the index array always names SQE i.
            for (int i = 0; i < entries; i++) {
                ring.set(ValueLayout.JAVA_INT, params.sqArray() + (long) i * Integer.BYTES, i);
            }
        }
    }

    int entries() {
        return entries;
    }

    @Nullable
    Sqe next() {
        if (staged() == entries) {
            return null;
        }
        return sqe.moveTo(tail++ & mask);
    }

    Sqe anew(int index) {
        // Acquire: as below. The kernel reads an entry during an enter only.
        return sqe.moveTo((int) INT.getAcquire(ring, headOffset) + index & mask);
    }

    /** Counts from the kernel's head, not from what an enter returned: a short submit loses nothing. */
    int staged() {
        // Acquire: the kernel has read an entry before its head passes it.
        return tail - (int) INT.getAcquire(ring, headOffset);
    }

    void publish() {
        if (older != null) {
            older.take(published, tail);
            published = tail;
        }
        // Release: the entries are written before the kernel sees the tail.
        INT.setRelease(ring, tailOffset, tail);
    }

    boolean overflowed() {
        return (flags() & IORING_SQ_CQ_OVERFLOW) != 0;
    }

    boolean taskWorkPending() {
        return (flags() & IORING_SQ_TASKRUN) != 0;
    }

    private int flags() {
        return (int) INT.getAcquire(ring, flagsOffset);
    }
}
