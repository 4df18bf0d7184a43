package io.github.reactoruring.internal.ring.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

import io.github.reactoruring.internal.ring.CqeBatch;
import io.github.reactoruring.internal.sys.IoUringAbi;

/** The ring's completion side. The kernel owns the tail, we the head. */
final class CompletionQueue {

    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

    private final MemorySegment ring;
    private final long headOffset;
    private final long tailOffset;
    private final long cqesOffset;
    private final int entries;
    private final int mask;
    private int head;

    CompletionQueue(MemorySegment ring, RingParams params) {
        this.ring = ring;
        headOffset = params.cqHead();
        tailOffset = params.cqTail();
        cqesOffset = params.cqes();
        entries = params.cqEntries();
        mask = entries - 1;
        head = (int) INT.getAcquire(ring, headOffset);
    }

    int entries() {
        return entries;
    }

    boolean isEmpty() {
        return head == (int) INT.getAcquire(ring, tailOffset);
    }

    int reap(CqeBatch into) {
        // Acquire: an entry is read only after the tail that covers it.
        int tail = (int) INT.getAcquire(ring, tailOffset);
        int first = head;
        while (head != tail && !into.isFull()) {
            long cqe = cqesOffset + (long) (head & mask) * IoUringAbi.CQE_BYTES;
            into.add(ring.get(ValueLayout.JAVA_LONG, cqe), ring.get(ValueLayout.JAVA_INT, cqe + 8),
                    ring.get(ValueLayout.JAVA_INT, cqe + 12));
            head++;
        }
        if (head != first) {
            // Release: the kernel may overwrite the entries from here on, and they have been read.
            INT.setRelease(ring, headOffset, head);
        }
        return head - first;
    }
}
