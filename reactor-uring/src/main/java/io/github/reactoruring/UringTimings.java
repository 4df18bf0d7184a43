package io.github.reactoruring;

/**
 * Tells where a ring's thread has spent its time, in nanoseconds: see {@link UringBuilder#timings}. With several rings the
 * sums of all, and the largest of all.
 *
 * <p>A long turn has run a callback that took its time, or a request that the kernel did not put off. What waits in the
 * mailbox waits for that turn to end, or for the thread to wake.
 *
 * @param turns turns of the ring's thread, each for all that is there to be done
 * @param turnNanos what they took, without the system calls in which the thread slept
 * @param longestTurnNanos the longest turn of the last one to two minutes
 * @param mailboxDrains how often the thread took what other threads had left for it
 * @param mailboxWaitNanos how long that had waited: each time, what was there first
 * @param longestMailboxWaitNanos the longest such wait of the last one to two minutes
 */
public record UringTimings(long turns, long turnNanos, long longestTurnNanos, long mailboxDrains, long mailboxWaitNanos,
        long longestMailboxWaitNanos) {

    /** Adds the timings of another ring. */
    public UringTimings plus(UringTimings other) {
        return new UringTimings(turns + other.turns, turnNanos + other.turnNanos,
                Math.max(longestTurnNanos, other.longestTurnNanos), mailboxDrains + other.mailboxDrains,
                mailboxWaitNanos + other.mailboxWaitNanos,
                Math.max(longestMailboxWaitNanos, other.longestMailboxWaitNanos));
    }
}
