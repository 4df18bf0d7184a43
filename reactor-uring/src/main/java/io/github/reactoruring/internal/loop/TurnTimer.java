package io.github.reactoruring.internal.loop;

import java.util.function.LongSupplier;

import io.github.reactoruring.UringTimings;

/**
 * Times the turns of a loop, and how long its mailbox has waited for each. Two looks at the clock a turn, two more for one
 * that sleeps: some 100 ns, which is why it has to be asked for.
 *
 * <p><b>Threads:</b> the owner's, but for {@link #snapshot}.
 */
final class TurnTimer {

    private final LongSupplier clock;
    private final Counter turns = new Counter();
    private final Counter turnNanos = new Counter();
    private final DecayingMax longestTurn = new DecayingMax();
    private final Counter drains = new Counter();
    private final Counter waitNanos = new Counter();
    private final DecayingMax longestWait = new DecayingMax();
    private long begun;
    private long asleepSince;
    private long slept;

    TurnTimer(LongSupplier clock) {
        this.clock = clock;
    }

    LongSupplier clock() {
        return clock;
    }

    void begin() {
        begun = clock.getAsLong();
        slept = 0;
    }

    /** Notes that the mailbox is about to be drained, and what is in it has waited since {@code since}. */
    void draining(long since) {
        // What came after the turn began has not waited.
        long wait = Math.max(0, begun - since);
        drains.increment();
        waitNanos.add(wait);
        longestWait.record(wait, begun);
    }

    void fallAsleep() {
        asleepSince = clock.getAsLong();
    }

    void wakeUp() {
        slept += clock.getAsLong() - asleepSince;
    }

    void end() {
        long now = clock.getAsLong();
        long nanos = now - begun - slept;
        turns.increment();
        turnNanos.add(nanos);
        longestTurn.record(nanos, now);
    }

    /** Copies the figures; any thread. */
    UringTimings snapshot() {
        long now = clock.getAsLong();
        return new UringTimings(turns.get(), turnNanos.get(), longestTurn.get(now), drains.get(), waitNanos.get(),
                longestWait.get(now));
    }
}
