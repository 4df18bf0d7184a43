package io.github.reactoruring.internal.ring.scripted;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongPredicate;

import io.github.reactoruring.internal.ring.CqeBatch;
import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.sys.IoUringAbi;

/** The scripted kernel's completion queue: bounded, with the list of what does not fit. */
final class CompletionSide {

    private record Cqe(long userData, int result, int flags) {
    }

    private final int capacity;
    private final Violations violations;
    private final ArrayDeque<Cqe> ready = new ArrayDeque<>();
    private final ArrayDeque<Cqe> overflow = new ArrayDeque<>();
    /** The user_data of requests whose final CQE was not reaped. */
    private final Set<Long> inUse = new HashSet<>();
    private LongPredicate mayRepeat = userData -> false;

    CompletionSide(int capacity, Violations violations) {
        this.capacity = capacity;
        this.violations = violations;
    }

    /** Exempts user_data that names no single request. */
    void mayRepeat(LongPredicate userData) {
        mayRepeat = userData;
    }

    void begins(SqeBytes sqe) {
        if (!mayRepeat.test(sqe.userData()) && !inUse.add(sqe.userData())) {
            violations.add("user_data of a request that is not over used again: " + sqe);
        }
    }

    /** Notes that a request has ended without a CQE. */
    void skipped(long userData) {
        inUse.remove(userData);
    }

    boolean hasRoom() {
        return overflow.isEmpty() && ready.size() < capacity;
    }

    void post(long userData, int result, int flags) {
        (hasRoom() ? ready : overflow).add(new Cqe(userData, result, flags));
    }

    /** Moves what fits from the list to the queue. */
    void flushOverflow() {
        while (!overflow.isEmpty() && ready.size() < capacity) {
            ready.add(overflow.remove());
        }
    }

    /** Loses what did not fit, as a kernel without memory does. */
    int dropOverflow() {
        int dropped = overflow.size();
        overflow.clear();
        return dropped;
    }

    boolean overflowed() {
        return !overflow.isEmpty();
    }

    int readyCount() {
        return ready.size();
    }

    int capacity() {
        return capacity;
    }

    int reap(CqeBatch into) {
        int count = 0;
        while (!ready.isEmpty() && !into.isFull()) {
            Cqe cqe = ready.remove();
            if ((cqe.flags & IoUringAbi.IORING_CQE_F_MORE) == 0) {
                inUse.remove(cqe.userData);
            }
            into.add(cqe.userData, cqe.result, cqe.flags);
            count++;
        }
        return count;
    }
}
