package io.github.reactoruring.internal.loop;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.Consumer;

import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * Keeps the rest of a chain from running by itself. A link does not reach from one submission into the next: where the kernel
 * stops in the middle of a chain, for want of memory for a request, it would take the rest for a chain of its own next time,
 * and start it at once. That never starts: each of it ends as one whose chain is broken does (ECANCELED).
 *
 * <p>A deadline that was cut off is left: the kernel refuses it, and it goes on alone.
 *
 * <p><b>Threads:</b> owner only.
 */
final class StagedChains {

    private final Ring ring;
    private final InFlightTable inFlight;
    private final Consumer<Request> neverStarted;
    private final ArrayDeque<Chain> chains = new ArrayDeque<>();

    /** A chain whose entries the kernel has not all taken. */
    private static final class Chain {

        private final Request head;
        private final int length;
        /** Where it begins, counted from the first entry that the kernel has not taken. */
        private int position;

        Chain(Request head, int length, int position) {
            this.head = head;
            this.length = length;
            this.position = position;
        }
    }

    /** @param neverStarted ends a request in flight that the kernel will never see */
    StagedChains(Ring ring, InFlightTable inFlight, Consumer<Request> neverStarted) {
        this.ring = ring;
        this.inFlight = inFlight;
        this.neverStarted = neverStarted;
    }

    /** Takes a chain that is staged next, an entry for each request. */
    void stageNext(Request head) {
        Request second = head.linked();
        if (second == null || second.linked() == null && isDeadline(second)) {
            return;
        }
        chains.add(new Chain(head, head.chainLength(), ring.staged()));
    }

    /** Learns, right after an enter, how many entries the kernel has taken. */
    void taken(int count) {
        if (chains.isEmpty()) {
            return;
        }
        for (Iterator<Chain> each = chains.iterator(); each.hasNext();) {
            Chain chain = each.next();
            chain.position -= count;
            if (chain.position < 0) {
                each.remove();
                cut(chain, -chain.position);
            }
        }
    }

    private void cut(Chain chain, int taken) {
        int left = chain.length - taken;
        Request request = chain.head;
        for (int i = 0; i < taken && request != null; i++) {
            request = request.linked();
        }
        Request first = request;
        for (int i = 0; i < left && request != null; i++) {
            if (i > 0 || !isDeadline(request)) {
                Prep.nop(ring.stageAnew(i)).userData(UserData.IGNORED);
            }
            request = request.linked();
        }
        // Only now: whoever is told may stage something.
        for (Request each = first; each != null && left > 0; each = each.linked(), left--) {
            if ((each != first || !isDeadline(each)) && inFlight.holds(each)) {
                neverStarted.accept(each);
            }
        }
    }

    private static boolean isDeadline(Request request) {
        return request.opcode() == IoUringAbi.IORING_OP_LINK_TIMEOUT;
    }
}
