package io.github.reactoruring.internal.loop;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.ring.CqeBatch;
import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.sys.Errno;

/**
 * Copies completions out of the ring, then tells each request; never the two at once, so that a callback may use the
 * ring, and a callback that throws loses no completion.
 */
final class Dispatcher {

    private final Ring ring;
    private final InFlightTable inFlight;
    private final LoopStats stats;
    private final CqeBatch batch = new CqeBatch(256);

    Dispatcher(Ring ring, InFlightTable inFlight, LoopStats stats) {
        this.ring = ring;
        this.inFlight = inFlight;
        this.stats = stats;
    }

    /** Dispatches what is there, up to about {@code limit}; returns the number. */
    int dispatch(int limit) {
        int total = 0;
        while (total < limit && ring.reap(batch) > 0) {
            int count = batch.size();
            for (int i = 0; i < count; i++) {
                dispatch(batch.userData(i), batch.result(i), batch.flags(i));
            }
            batch.clear();
            total += count;
        }
        return total;
    }

    private void dispatch(long userData, int result, int flags) {
        switch (UserData.kind(userData)) {
            case UserData.REQUEST, UserData.CHOSEN -> request(userData, result, flags);
            case UserData.CANCEL -> cancelAnswered(result);
            default -> {
                if (userData == Ring.WAKE_USER_DATA) {
                    stats.wakeUps.increment();
                }
            }
        }
    }

    private void request(long userData, int result, int flags) {
        Request request = inFlight.lookup(userData);
        if (request == null) {
            stats.staleCompletions.increment();
            Complaint.stale(userData, result);
            return;
        }
        if (!Request.isFinal(flags)) {
            if (request.mayGiveMore()) {
                deliver(request, request.isDisposed(), result, flags);
            } else {
                stats.staleCompletions.increment();
            }
            return;
        }
        end(request, result, flags);
    }

    /** Ends a request in flight that the kernel has not seen, and will not: as it ends one behind a broken link. */
    void neverStarted(Request request) {
        end(request, -Errno.ECANCELED, 0);
    }

    private void end(Request request, int result, int flags) {
        // The slot first: the callback may need one.
        inFlight.retire(request);
        boolean disposed = request.markRetired();
        if (disposed) {
            (Errno.endedByCancel(-result) ? stats.cancelled : stats.lateCompletions).increment();
            deliver(request, true, result, flags);
            release(request);
            count();
        } else {
            // Before the callback: whoever it tells may look.
            count();
            Throwable thrown = Gate.completed(request, result, flags);
            if (thrown != null && request.isRetired()) {
                // Nobody is to wait for ever for what was thrown away with it.
                Gate.failed(request, thrown);
            }
            release(request);
        }
    }

    private void count() {
        stats.inFlight.set(inFlight.size());
        stats.completed.increment();
    }

    private static void deliver(Request request, boolean disposed, int result, int flags) {
        if (disposed) {
            Gate.discarded(request, result, flags);
        } else {
            Gate.completed(request, result, flags);
        }
    }

    private static void release(Request request) {
        request.release();
        tellRetired(request.file());
        tellRetired(request.secondFile());
    }

    private static void tellRetired(@Nullable OpenFile file) {
        if (file != null) {
            try {
                file.requestRetired();
            } catch (Throwable t) {
                // Nothing of ours throws here.
                Complaint.CLOSE.log(t);
            }
        }
    }

    /**
     * Does not book-keep: what a cancel says it found is wrong for io-wq, and "not found" does not mean completed.
     * Only the targets' own completions count.
     */
    private static void cancelAnswered(int result) {
        if (result < 0 && result != -Errno.ENOENT && result != -Errno.EALREADY) {
            Complaint.refusedCancel(-result);
        }
    }
}
