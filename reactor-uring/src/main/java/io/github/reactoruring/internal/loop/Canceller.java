package io.github.reactoruring.internal.loop;

import java.util.ArrayList;
import java.util.List;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.internal.plan.CancelCapabilities;
import io.github.reactoruring.internal.plan.CancelKey;
import io.github.reactoruring.internal.plan.CancelPlan;
import io.github.reactoruring.internal.plan.CancelPlanner;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.RingFeatures;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * Turns the disposals of a turn into cancel SQEs, and pursues what they did not end.
 *
 * <p>Invariant: a request handed to {@link #add} is pending, waiting to be cancelled by user_data, or staged and pursued,
 * until its final CQE: no cancel is ever dropped. A wide key that a full submission queue cannot take is planned anew
 * next turn, since requests may have come that it would hit. A user_data stays exact.
 */
final class Canceller {

    /** One that a worker runs is looked for among all workers: hundreds at once would hold everybody else up. */
    private static final int PURSUED_PER_TURN = 32;
    /** The longest that thousands cancelled by user_data hold up a turn is some 0.1 ms. */
    private static final int BY_USER_DATA_PER_TURN = 128;

    private final EventLoop loop;
    private final Ring ring;
    private final InFlightTable inFlight;
    private final LoopStats stats;
    private final CancelPolicy policy;
    private final CancelCapabilities capabilities;
    private final int successFlags;
    private final int byUserDataPerTurn;
    private final PlanView view;
    private final Pursuit pursuit = new Pursuit();
    /** In a queue, which takes no memory: a disposal must not be lost for want of it. None in flight is in another. */
    private final RequestQueue pending = RequestQueue.inOrder(Backlog.QUEUES);
    private final List<Request> batch = new ArrayList<>();
    /** Those to be cancelled by their user_data, which the turns so far had no room for. */
    private final SingleCancels byUserData;
    private final List<Request> due = new ArrayList<>();
    private boolean anyPending;
    private long wideCancels;

    Canceller(EventLoop loop, InFlightTable inFlight, CancelPolicy policy) {
        this.loop = loop;
        ring = loop.ring();
        stats = loop.stats();
        this.inFlight = inFlight;
        this.policy = policy;
        RingFeatures features = ring.features();
        capabilities = new CancelCapabilities(features.has(RingFeature.CANCEL_ALL_FD_ANY),
                features.has(RingFeature.CANCEL_FD_FIXED), features.has(RingFeature.CANCEL_OP));
        successFlags = features.has(RingFeature.CQE_SKIP) ? IoUringAbi.IOSQE_CQE_SKIP_SUCCESS : 0;
        byUserData = new SingleCancels(inFlight.byOpcode());
        // Half the queue: new requests go on while thousands are cancelled one by one.
        byUserDataPerTurn = Math.clamp(ring.submissionCapacity() / 2, 1, BY_USER_DATA_PER_TURN);
        view = new PlanView(ring, inFlight);
    }

    /** Takes a request whose source lost interest. */
    void add(Request request) {
        if (request.inFlight() && !request.isCancelQueued()) {
            pending.add(request);
            request.markCancelQueued();
            if (request.isDisposed()) {
                stats.disposals.increment();
            }
        }
    }

    /** Cancels all that is in flight, the ring's own included. For the shutdown only. */
    void cancelEverything() {
        if (inFlight.size() + ring.ownInFlight() == 0) {
            return;
        }
        anyPending = CancelPlanner.mayCancelAny(view, capabilities);
        inFlight.forEach(request -> {
            if (request.survivesClosing()) {
                return;
            }
            if (!anyPending) {
                add(request);
            } else if (!request.isCancelQueued()) {
                pursuit.cancelled(request);
                request.markCancelQueued();
            }
        });
    }

    boolean hasUnstaged() {
        return anyPending || !pending.isEmpty() || !byUserData.isEmpty();
    }

    long nanosToNextPursuit(long now) {
        return pursuit.nanosToNext(now);
    }

    /** Tells that all completions so far were dispatched. */
    void settled() {
        if (!pursuit.isIdle() && ring.staged() == 0) {
            pursuit.settled(ring.nanoTime());
        }
    }

    /** Stages what fits; runs before this turn's requests are staged. */
    void stage() {
        if (anyPending && ring.freeSqes() > 0) {
            anyPending = false;
            loop.sweepingCancels(1);
            stageWide(0, -1, IoUringAbi.IORING_ASYNC_CANCEL_ANY);
        }
        if (!pending.isEmpty()) {
            planPending();
        }
        stageByUserData();
        if (!pursuit.isIdle()) {
            pursueAgain(ring.nanoTime());
        }
    }

    private void planPending() {
        try {
            takePending();
            if (CancelPlanner.mayCoalesce(view, batch.size(), capabilities, policy)) {
                stagePlan();
            } else {
                byUserData.addAll(batch);
            }
        } catch (OutOfMemoryError e) {
            // A plan takes memory. There may be some next turn; to cancel some of them twice does no harm.
            view.clear();
            putBack();
        }
        batch.clear();
    }

    private void takePending() {
        Request request;
        while ((request = pending.first()) != null) {
            if (request.inFlight()) {
                batch.add(request);
            }
            pending.remove(request);
        }
    }

    private void putBack() {
        for (int i = 0; i < batch.size(); i++) {
            Request request = batch.get(i);
            if (request.queue == RequestQueue.NONE) {
                pending.add(request);
            }
        }
    }

    private void stagePlan() {
        CancelPlan plan = CancelPlanner.plan(view, view.describe(batch), capabilities, policy);
        view.clear();
        for (CancelKey key : plan.wideKeys()) {
            boolean staged = ring.freeSqes() > 0;
            if (staged) {
                stageWide(key.opcode(), key.fd(), key.flags());
                stats.sqesSaved.add(key.covered().length - 1);
            }
            for (int position : key.covered()) {
                Request request = batch.get(position);
                if (staged) {
                    pursuit.cancelled(request);
                } else {
                    pending.add(request);
                }
            }
        }
        List<Request> singles = new ArrayList<>(plan.byUserData().length);
        for (long userData : plan.byUserData()) {
            Request request = inFlight.lookup(userData);
            if (request != null) {
                singles.add(request);
            }
        }
        byUserData.addAll(singles);
    }

    private void stageByUserData() {
        int room = Math.min(byUserDataPerTurn, ring.freeSqes());
        byUserData.beginTurn();
        Request request;
        while (room > 0 && (request = byUserData.poll()) != null) {
            stageCancelOf(request);
            pursuit.cancelled(request);
            room--;
        }
    }

    private void pursueAgain(long now) {
        pursuit.drainDue(now, Math.min(PURSUED_PER_TURN, Math.min(byUserDataPerTurn, ring.freeSqes())), due);
        for (Request request : due) {
            stageCancelOf(request);
            stats.recancels.increment();
            pursuit.cancelled(request);
        }
        due.clear();
    }

    private void stageCancelOf(Request request) {
        Prep.cancel(next(), request.userData()).addFlags(successFlags).userData(UserData.cancelOf(request.userData()));
        stats.cancelSqes.increment();
    }

    private void stageWide(int opcode, int fd, int flags) {
        Prep.cancelMatching(next(), 0, fd, opcode, flags).userData(UserData.wideCancel(wideCancels++));
        stats.cancelSqes.increment();
        stats.allCancelSqes.increment();
    }

    private Sqe next() {
        Sqe sqe = ring.nextSqe();
        if (sqe == null) {
            throw new IllegalStateException("The submission queue said it had room");
        }
        return sqe;
    }
}
