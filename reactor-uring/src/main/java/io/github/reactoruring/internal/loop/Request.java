package io.github.reactoruring.internal.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * One SQE's life, from being queued to its final CQE.
 *
 * <p>The state word decides every race, since each transition has one winner:
 *
 * <pre>
 *   IDLE ──submit──▶ QUEUED ──staged──▶ STAGED ──final CQE──▶ RETIRED
 *                      │ disposed before staged: no SQE is made ──▶ RETIRED
 *   DISPOSED is a bit beside the state: what arrives from then on is discarded.
 *   HELD is one beside QUEUED: its turn has not come, and its disposal tells the owner, who need not wait for it.
 * </pre>
 *
 * <p>Invariant: {@link #released()} is called exactly once for each submit, those by {@link #resubmitHolding()} not
 * counted, and only when the kernel is done with the request's memory and file: after the final CQE, or when no SQE was
 * ever made, be that after a closing ring's deadline. When the ring broke it is never called: the kernel may still write, so
 * what the request holds is leaked, and the request itself kept by {@link Abandoned}, lest the garbage collector free what
 * it refers to.
 *
 * <p><b>Threads:</b> {@link #submit()} and {@link #dispose()} any; the callbacks run on the owner.
 */
public abstract class Request extends RequestTraits implements Mail {

    private static final int IDLE = 0;
    private static final int QUEUED = 1;
    private static final int STAGED = 2;
    private static final int RETIRED = 3;
    private static final int STATE = 3;
    private static final int DISPOSED = 4;
    private static final int HELD = 8;

    private static final VarHandle WORD;

    static {
        try {
            WORD = MethodHandles.lookup().findVarHandle(Request.class, "word", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final EventLoop loop;
    private volatile int word;

    // The owner's.
    private int slot = -1;
    private int sequence;
    private long userData;
    private boolean cancelWanted;
    private boolean cancelQueued;
    private int cancelsBefore;
    private byte pursuitLevel;
    private long pursuitNanos;
    private @Nullable Request linked;
    private byte linkFlag;
    private boolean goesOn;
    private boolean submittedBefore;
    private boolean takesRoom;
    private boolean hasTurn;
    /** Which queue it waits in, and its neighbours there. */
    byte queue = RequestQueue.NONE;
    @Nullable
    Request queuedBefore;
    @Nullable
    Request queuedBehind;

    protected Request(EventLoop loop) {
        this.loop = loop;
    }

    // ---- For the sources

    public final EventLoop loop() {
        return loop;
    }

    /**
     * Links {@code next} behind it: the kernel starts that when this has completed. Both are staged together, and only
     * this one is submitted by the source.
     *
     * @param hard whether it is started even when this fails (IOSQE_IO_HARDLINK)
     */
    public final void linkTo(Request next, boolean hard) {
        linked = next;
        linkFlag = (byte) (hard ? IoUringAbi.IOSQE_IO_HARDLINK : IoUringAbi.IOSQE_IO_LINK);
        next.markQueued();
    }

    /** Takes back {@link #linkTo}, for another submission. Owner thread only. */
    public final void unlink() {
        linked = null;
        linkFlag = 0;
    }

    /** Queues the request. A request disposed of before is not queued. */
    public final void submit() {
        if (markQueued()) {
            loop.submit(this);
        }
    }

    /** Disposes of it: returns at once, and never blocks. Idempotent. */
    public final void dispose() {
        disposeFirst();
    }

    /** Disposes of it, and says whether this was the first to. */
    protected final boolean disposeFirst() {
        int previous = (int) WORD.getAndBitwiseOr(this, DISPOSED);
        if (previous == STAGED || previous == (QUEUED | HELD)) {
            DisposalBatch.dispose(loop, this);
        } else if (previous == IDLE) {
            Gate.neverSubmitted(this);
        }
        return (previous & DISPOSED) == 0;
    }

    public final boolean isDisposed() {
        return (word & DISPOSED) != 0;
    }

    /** Says whether it is over, by a final CQE or without an SQE. */
    public final boolean isRetired() {
        return (word & STATE) == RETIRED;
    }

    /** Cancels it without disposing of it: what still arrives is delivered. Owner thread only. */
    public final void cancelButDeliver() {
        if ((word & STATE) == STAGED) {
            cancelWanted = true;
            loop.execute(this);
        }
    }

    /**
     * Queues a retired request once more, from its own {@link #completed}; false when it was disposed of meanwhile, or
     * ever cancelled, since the loop may still have it on a list. Owner thread only.
     */
    protected final boolean resubmit() {
        // One step: a disposal in between would find nothing to cancel, and leave nobody to release it.
        boolean queued = !cancelWanted && !cancelQueued && WORD.compareAndSet(this, RETIRED, QUEUED);
        if (queued) {
            submittedBefore = true;
            try {
                loop.submit(this);
            } catch (OutOfMemoryError e) {
                // It ends here, and is told why; but one that was disposed of meanwhile.
                if (!markRetired()) {
                    throw e;
                }
                return false;
            }
        }
        return queued;
    }

    /** As {@link #resubmit()}, with the memory the request has: {@link #released()} comes after the last submission. */
    protected final boolean resubmitHolding() {
        goesOn = resubmit();
        return goesOn;
    }

    // ---- For the loop

    /** Says whether the owner was sent it to be submitted. */
    final boolean isQueued() {
        return (word & STATE) == QUEUED;
    }

    /** Says whether the owner, who holds it back, was sent it because it was disposed of. */
    final boolean isDroppable() {
        return word == (QUEUED | HELD | DISPOSED);
    }

    /** Holds it back in the queue; false when it was disposed of before, and nobody else will tell. */
    final boolean markHeld() {
        return WORD.compareAndSet(this, QUEUED, QUEUED | HELD);
    }

    /** Says whether it goes on with what it has begun. */
    final boolean isSubmittedAgain() {
        return submittedBefore;
    }

    final boolean takesRoom() {
        return takesRoom;
    }

    /**
     * Finds out whether it counts against the completion queue, from its being staged to its end, and its links with it: only
     * if all of them end by themselves soon.
     */
    final boolean noteRoom() {
        boolean counts = !unbounded();
        for (Request each = linked; each != null; each = each.linked) {
            counts &= !each.unbounded();
        }
        takesRoom = counts;
        for (Request each = linked; each != null; each = each.linked) {
            each.takesRoom = counts;
        }
        return counts;
    }

    /**
     * Says whether a cancel may have ended it as it ended: the loop's, that of a timer behind it, or one of the user's, of
     * which nobody knows what it hit. Owner thread.
     */
    public final boolean mayBeCancelled() {
        return cancelQueued || cancelWanted || isDisposed() || linked != null || isClosing(file())
                || isClosing(secondFile()) || mayBeHitByOthersCancel();
    }

    /**
     * Says whether a cancel that was for others may have hit it since it was staged: one of the user's, or the ANY of a closing
     * ring. A filesystem may answer ECANCELED of its own accord, and has done its part then. Owner thread.
     */
    protected final boolean mayBeHitByOthersCancel() {
        return loop.sweepingCancels(0) != cancelsBefore;
    }

    private static boolean isClosing(@Nullable OpenFile used) {
        return used != null && used.isClosing();
    }

    /** Says whether the owner was sent it to be cancelled. */
    final boolean isToBeCancelled() {
        int current = word;
        return (current & STATE) == STAGED && (cancelWanted || (current & DISPOSED) != 0);
    }

    /** Releases it, unless it goes on with what it has. */
    final void release() {
        if (goesOn) {
            goesOn = false;
        } else {
            endTurn();
            Gate.released(this);
        }
    }

    final void hasTurn(boolean has) {
        hasTurn = has;
    }

    private void endTurn() {
        OpenFile file = hasTurn ? file() : null;
        FileTurn turn = file == null ? null : file.turn();
        if (turn != null) {
            hasTurn = false;
            turn.end(this);
        }
    }

    @Override
    public final void rejected(Throwable cause) {
        if (isQueued()) {
            rejectChain(cause);
        }
    }

    /** Ends a request that has no SQE, and those linked behind it. */
    final void rejectChain(Throwable cause) {
        for (Request each = this; each != null; each = each.linked) {
            each.reject(cause);
        }
    }

    /** Ends a request that has no SQE. A disposed one is told nothing. */
    final void reject(Throwable cause) {
        if (!markRetired()) {
            Gate.failed(this, cause);
        }
        release();
    }

    /** Tells the source that nobody waits for it any longer, though the kernel has it: as if it were disposed of. */
    final void giveUp(Throwable cause) {
        if (survivesClosing()) {
            Gate.overdue(this, cause);
        } else if (((int) WORD.getAndBitwiseOr(this, DISPOSED) & DISPOSED) == 0) {
            Gate.failed(this, cause);
        }
    }

    /** Ends a request that was disposed of before it had an SQE. */
    final void drop() {
        markRetired();
        release();
    }

    final @Nullable Request linked() {
        return linked;
    }

    final int linkFlag() {
        return linkFlag;
    }

    /** Counts this request and those linked behind it. */
    final int chainLength() {
        int length = 1;
        for (Request next = linked; next != null; next = next.linked) {
            length++;
        }
        return length;
    }

    /** Says whether it works on {@code file}. */
    final boolean uses(OpenFile file) {
        return file() == file || secondFile() == file;
    }

    final boolean markQueued() {
        return WORD.compareAndSet(this, IDLE, QUEUED);
    }

    final boolean markStaged() {
        return WORD.compareAndSet(this, QUEUED, STAGED) || WORD.compareAndSet(this, QUEUED | HELD, STAGED);
    }

    final boolean inFlight() {
        return (word & STATE) == STAGED;
    }

    /** Ends the request; says whether it had been disposed of. */
    final boolean markRetired() {
        return ((int) WORD.getAndBitwiseOr(this, RETIRED) & DISPOSED) != 0;
    }

    final void claimed(int claimedSlot, long claimedUserData, int claimedSequence) {
        slot = claimedSlot;
        sequence = claimedSequence;
        userData = claimedUserData;
        cancelQueued = false;
        cancelsBefore = loop.sweepingCancels(opcode() == IoUringAbi.IORING_OP_ASYNC_CANCEL ? 1 : 0);
        pursuitLevel = 0;
    }

    final int slot() {
        return slot;
    }

    /** Returns when it was staged, as a number that grows, and starts anew after 2^32. */
    final int sequence() {
        return sequence;
    }

    /** Returns the user_data of the SQE, once staged. */
    public final long userData() {
        return userData;
    }

    /** Says whether a cancel is on its way. */
    final boolean isCancelQueued() {
        return cancelQueued;
    }

    final void markCancelQueued() {
        cancelQueued = true;
    }

    final int pursuitLevel() {
        return pursuitLevel;
    }

    final long pursuitNanos() {
        return pursuitNanos;
    }

    final void pursue(int level, long nanos) {
        pursuitLevel = (byte) level;
        pursuitNanos = nanos;
    }

    /** Says whether this completion is the last of its request. */
    public static boolean isFinal(int flags) {
        return (flags & IoUringAbi.IORING_CQE_F_MORE) == 0;
    }
}
