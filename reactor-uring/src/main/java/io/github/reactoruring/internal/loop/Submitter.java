package io.github.reactoruring.internal.loop;

import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.ring.Prep;
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
        while (canStage()) {
            Request request = queued.element();
            int length = request.linked() == null ? 1 : request.chainLength();
            if (ring.freeSqes() < length) {
                if (length <= ring.submissionCapacity()) {
                    return;
                }
                queued.remove();
                request.rejectChain(new IllegalArgumentException("A chain of " + length
                        + " requests does not fit the submission queue, which has " + ring.submissionCapacity()
                        + " entries: build with more"));
                continue;
            }
            queued.remove();
            stage(request);
        }
    }

    /** Stages a request and those linked behind it, or none of them. */
    private void stage(Request request) {
        if (isClosing(request.file()) || isClosing(request.secondFile())) {
            request.rejectChain(new ClosedChannelException());
        } else if (takenUserData(request) != null) {
            request.rejectChain(new IllegalStateException("A request with the user_data " + takenUserData(request)
                    + " is in flight already: choose another, or none"));
        } else if (!request.markStaged()) {
            dropChain(request);
        } else {
            fill(request);
            for (Request next = request.linked(); next != null; next = next.linked()) {
                if (next.markStaged()) {
                    fill(next);
                } else {
                    // Disposed of by what was told of a failure before it.
                    standIn(nextSqe(), next);
                    next.drop();
                }
            }
        }
    }

    private static boolean isClosing(@Nullable OpenFile file) {
        return file != null && file.isClosing();
    }

    private @Nullable Long takenUserData(Request request) {
        for (Request each = request; each != null; each = each.linked()) {
            if (inFlight.isTaken(each.chosenUserData())) {
                return each.chosenUserData();
            }
        }
        return null;
    }

    /** Ends a request that was disposed of before it was staged, and those behind it: no SQE is ever made. */
    private void dropChain(Request request) {
        stats.dropped.increment();
        for (Request each = request; each != null; each = each.linked()) {
            each.drop();
        }
    }

    private Sqe nextSqe() {
        Sqe sqe = ring.nextSqe();
        if (sqe == null) {
            throw new IllegalStateException("The submission queue said it had room");
        }
        return sqe;
    }

    private void fill(Request request) {
        Sqe sqe = nextSqe();
        Throwable refusal = Gate.prepare(request, sqe);
        if (refusal == null) {
            refusal = claim(request, sqe);
        }
        if (refusal == null) {
            stats.submitted.increment();
        } else {
            // The entry is staged already.
            standIn(sqe, request);
            request.reject(refusal);
        }
    }

    /** Gives it its user_data; a request that cannot bear it has never been in flight. */
    private @Nullable Throwable claim(Request request, Sqe sqe) {
        long userData;
        try {
            userData = inFlight.claim(request);
        } catch (Throwable t) {
            return t;
        }
        sqe.addFlags(request.linkFlag()).userData(userData);
        Throwable refusal = Gate.staged(request, userData);
        if (refusal != null) {
            inFlight.retire(request);
        }
        return refusal;
    }

    /**
     * Puts something harmless in a request's place, which keeps a chain together: a NOP, or, where what is linked behind it
     * must not be started, what fails (a file to sync that is none).
     */
    private static void standIn(Sqe sqe, Request request) {
        boolean breaksChain = request.linkFlag() == IoUringAbi.IOSQE_IO_LINK;
        sqe.reset();
        if (breaksChain) {
            Prep.fsync(sqe, -1, 0);
        } else {
            Prep.nop(sqe);
        }
        sqe.addFlags(request.linkFlag()).userData(UserData.IGNORED);
    }

    /** Ends what is queued when the loop begins to close: all but what it still has to do itself. */
    void rejectForClosing(Throwable cause) {
        for (int i = queued.size(); i > 0; i--) {
            Request request = queued.remove();
            if (request.survivesClosing()) {
                queued.add(request);
            } else {
                request.rejectChain(cause);
            }
        }
    }

    /** Ends everything queued: the loop is over. */
    void rejectAll(Throwable cause) {
        Request request;
        while ((request = queued.poll()) != null) {
            request.rejectChain(cause);
        }
    }
}
