package io.github.reactoruring.internal.ring.kernel;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_SETUP_NO_SQARRAY;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_SQ_CQ_OVERFLOW;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_SQ_TASKRUN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * The ring's submission side. We own the tail, the kernel the head.
 *
 * <p>Invariant: {@code head ≤ published tail ≤ tail ≤ head + entries}. An entry is written again only once the
 * kernel's head has passed it.
 */
final class SubmissionQueue {

    private static final int LINKS = IoUringAbi.IOSQE_IO_LINK | IoUringAbi.IOSQE_IO_HARDLINK;

    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

    private final MemorySegment ring;
    private final long headOffset;
    private final long tailOffset;
    private final long flagsOffset;
    private final int entries;
    private final int mask;
    private final MemorySegment sqes;
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
        this.sqes = sqes;
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

    /**
     * Looks at what is left after a submission that the kernel cut short, for want of memory, and after at least one entry. If
     * that was within a chain, the rest would run at once in the next submission, and wait for nothing: its first entry is made
     * an operation that no kernel knows, which fails (EINVAL), and what is linked behind it is cancelled.
     */
    void refuseCutChain() {
        int head = (int) INT.getAcquire(ring, headOffset);
        if (head != tail && (flagsOf(head - 1 & mask) & LINKS) != 0) {
            Prep.refuse(sqes, head & mask);
        }
    }

    private int flagsOf(int position) {
        return sqes.get(ValueLayout.JAVA_BYTE, (long) position * IoUringAbi.SQE_BYTES + 1);
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
