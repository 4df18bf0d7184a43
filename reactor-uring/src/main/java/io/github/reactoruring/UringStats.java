package io.github.reactoruring;

import org.jspecify.annotations.Nullable;

/**
 * Counts what a {@link Uring} has done since it was built. A snapshot: each number is exact, together they are of
 * slightly different moments.
 *
 * @param inFlight requests the kernel has now
 * @param submitted requests that became an SQE; cancels are not among them
 * @param completed requests that got their final CQE
 * @param disposals disposals of requests in flight
 * @param dropped requests disposed of before an SQE was made
 * @param cancelSqes cancel SQEs, of every kind
 * @param allCancelSqes those with the ALL flag, or ANY, which implies it
 * @param sqesSaved disposals minus cancel SQEs, where an ALL cancel took the place of several
 * @param recancels cancel SQEs for requests that an earlier cancel had not ended
 * @param cancelled disposed requests that ended cancelled or interrupted
 * @param lateCompletions disposed requests that ended with another result, which was discarded
 * @param staleCompletions completions for a request already over; anything but 0 is a defect
 * @param overflows times the completion queue had overflowed
 * @param enters calls of io_uring_enter(2)
 * @param wakeUps wake-ups of a sleeping ring thread
 * @param abandoned requests given up with a ring that failed: what they refer to is never freed
 * @param ringFailures times a ring failed, and was replaced by another
 * @param timings where the ring's thread has spent its time; null unless {@link UringBuilder#timings} was asked for
 */
public record UringStats(long inFlight, long submitted, long completed, long disposals, long dropped, long cancelSqes,
        long allCancelSqes, long sqesSaved, long recancels, long cancelled, long lateCompletions,
        long staleCompletions, long overflows, long enters, long wakeUps, long abandoned, long ringFailures,
        @Nullable UringTimings timings) {

    /** Adds the counters of another ring. */
    public UringStats plus(UringStats other) {
        return new UringStats(inFlight + other.inFlight, submitted + other.submitted, completed + other.completed,
                disposals + other.disposals, dropped + other.dropped, cancelSqes + other.cancelSqes,
                allCancelSqes + other.allCancelSqes, sqesSaved + other.sqesSaved, recancels + other.recancels,
                cancelled + other.cancelled, lateCompletions + other.lateCompletions,
                staleCompletions + other.staleCompletions, overflows + other.overflows, enters + other.enters,
                wakeUps + other.wakeUps, abandoned + other.abandoned,
                ringFailures + other.ringFailures, plus(timings, other.timings));
    }

    private static @Nullable UringTimings plus(@Nullable UringTimings one, @Nullable UringTimings other) {
        return one == null || other == null ? one : one.plus(other);
    }
}
