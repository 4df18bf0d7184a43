package io.github.reactoruring.internal.loop;

import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;

import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * Turns queued requests into SQEs, in order, while the submission queue and the in-flight bound have room.
 *
 * <p>The bound keeps the completion queue from overflowing: no more in flight than it has entries.
 */
final class Submitter {

    private final Ring ring;
    private final InFlightTable inFlight;
    private final LoopStats stats;
    private final int maxInFlight;
    private final ArrayDeque<Request> queued = new ArrayDeque<>();

    Submitter(Ring ring, InFlightTable inFlight, LoopStats stats, int maxInFlight) {
        this.ring = ring;
        this.inFlight = inFlight;
        this.stats = stats;
        this.maxInFlight = maxInFlight;
    }

    void enqueue(Request request) {
        queued.add(request);
    }

    /** Says whether another turn could stage more without waiting for a completion. */
    boolean canStage() {
        return !queued.isEmpty() && inFlight.size() < maxInFlight;
    }

    void stage() {
        while (canStage() && ring.freeSqes() > 0) {
            Request request = queued.remove();
            OpenFile file = request.file();
            if (file != null && file.isClosing()) {
                reject(request, new ClosedChannelException());
            } else if (!request.markStaged()) {
                // Disposed of before it was staged: no SQE is ever made.
                request.markRetired();
                stats.dropped.increment();
                request.released();
            } else {
                fill(request);
            }
        }
    }

    private void fill(Request request) {
        Sqe sqe = ring.nextSqe();
        if (sqe == null) {
            throw new IllegalStateException("The submission queue said it had room");
        }
        try {
            request.prepare(sqe);
        } catch (Throwable t) {
            // The entry is staged already; a NOP in its place does no harm.
            sqe.reset().opcode(IoUringAbi.IORING_OP_NOP).userData(UserData.IGNORED);
            reject(request, t);
            return;
        }
        sqe.userData(inFlight.claim(request));
        stats.submitted.increment();
    }

    /** Ends everything queued: the loop is closing. */
    void rejectAll(Throwable cause) {
        Request request;
        while ((request = queued.poll()) != null) {
            reject(request, cause);
        }
    }

    /** Ends a request that has no SQE; a disposed one is told nothing. */
    static void reject(Request request, Throwable cause) {
        if (!request.markRetired()) {
            request.failed(cause);
        }
        request.released();
    }
}
