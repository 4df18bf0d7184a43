package io.github.reactoruring.internal.loop;

import java.nio.channels.ClosedChannelException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * Turns queued requests into SQEs, in the order of the {@link Backlog}, while the submission queue has room.
 *
 * <p>Invariant: a request is in the backlog, in flight, or has been told its end; whatever is thrown in between, for want of
 * memory say. No more are taken than {@link #MOST_REQUESTS}: each is some 300 bytes, of ours and the kernel's, for which
 * somebody has to stop at some time, and be told.
 */
final class Submitter {

    /** The most in flight and queued on one ring. */
    static final int MOST_REQUESTS = 1 << 20;

    private final EventLoop loop;
    private final Ring ring;
    private final InFlightTable inFlight;
    private final LoopStats stats;
    private final int mostRequests;
    private final Backlog backlog;
    private final StagedChains chains;
    private boolean staging;

    Submitter(EventLoop loop, InFlightTable inFlight, int completionEntries, int mostRequests, StagedChains chains) {
        this.loop = loop;
        ring = loop.ring();
        stats = loop.stats();
        this.inFlight = inFlight;
        this.mostRequests = mostRequests;
        this.chains = chains;
        backlog = new Backlog(inFlight, completionEntries);
    }

    /** Takes a request to be staged, or tells it that there are too many. */
    void enqueue(Request request) {
        if (isOneTooMany(request)) {
            request.rejectChain(new RejectedExecutionException("The ring " + loop.name() + " has " + inFlight.size()
                    + " requests in flight and " + backlog.size() + " queued, and takes no more than " + mostRequests
                    + ": bound the concurrency of what submits them, dispose of what is idle, or open with more rings"));
        } else {
            backlog.add(request);
        }
    }

    /**
     * Takes a request that the owner submits, unless it has to come by mail: what is told that it is one too many, and what is
     * submitted from within {@link #stage()}, is not to go round in this very turn for ever.
     */
    boolean takeOwn(Request request) {
        if (staging || isOneTooMany(request)) {
            return false;
        }
        backlog.add(request);
        return true;
    }

    private boolean isOneTooMany(Request request) {
        return inFlight.size() + backlog.size() >= mostRequests && !request.survivesClosing()
                && !request.isSubmittedAgain() && !request.belongsToAnother();
    }

    /** Visits what the loop has to do for itself and was not staged yet. */
    void forEachOwn(Consumer<Request> action) {
        backlog.forEachOwn(action);
    }

    /** Says whether another turn could stage more without waiting for a completion. */
    boolean canStage() {
        return backlog.canStage();
    }

    /** Drops a request that was disposed of while it was held back, and those linked behind it. */
    void drop(Request request) {
        backlog.remove(request);
        dropChain(request);
    }

    void stage() {
        staging = true;
        try {
            stageAll();
        } finally {
            staging = false;
        }
    }

    private void stageAll() {
        backlog.beginTurn();
        Request request;
        while ((request = backlog.next()) != null) {
            int length = request.linked() == null ? 1 : request.chainLength();
            boolean fits = length <= ring.submissionCapacity();
            int free = ring.freeSqes();
            if (fits && free < length) {
                return;
            }
            try {
                backlog.take(request);
                if (fits) {
                    stage(request);
                    backlog.staged(request);
                } else {
                    request.rejectChain(new IllegalArgumentException("A chain of " + length
                            + " requests does not fit the submission queue, which has " + ring.submissionCapacity()
                            + " entries: build with more"));
                }
            } catch (Throwable t) {
                rejectLost(request, t);
                if (ring.freeSqes() != free) {
                    // Half a chain: what is staged next would be its rest.
                    throw t;
                }
            }
        }
    }

    /** Ends what is neither in flight nor ended: there was no memory to go on with it. */
    private void rejectLost(Request request, Throwable cause) {
        for (Request each = request; each != null; each = each.linked()) {
            if (!each.isRetired() && !inFlight.holds(each)) {
                each.reject(cause);
            }
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
            chains.stageNext(request);
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
        reject(false, cause);
    }

    /** Ends everything queued: the loop is over. */
    void rejectAll(Throwable cause) {
        reject(true, cause);
    }

    private void reject(boolean ownToo, Throwable cause) {
        Request request;
        while ((request = backlog.poll(ownToo)) != null) {
            request.rejectChain(cause);
        }
    }
}
