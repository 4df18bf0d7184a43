package io.github.reactoruring.internal.loop;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.UringStats;

/** Counts what a loop does. Written by the owner, read by anyone. */
public final class LoopStats {

    final Counter inFlight = new Counter();
    final Counter submitted = new Counter();
    final Counter completed = new Counter();
    final Counter disposals = new Counter();
    final Counter dropped = new Counter();
    final Counter cancelSqes = new Counter();
    final Counter allCancelSqes = new Counter();
    final Counter sqesSaved = new Counter();
    final Counter recancels = new Counter();
    final Counter cancelled = new Counter();
    final Counter lateCompletions = new Counter();
    final Counter staleCompletions = new Counter();
    final Counter overflows = new Counter();
    final Counter enters = new Counter();
    final Counter wakeUps = new Counter();
    final Counter abandoned = new Counter();
    final Counter ringFailures = new Counter();

    private final @Nullable TurnTimer timer;

    LoopStats(@Nullable TurnTimer timer) {
        this.timer = timer;
    }

    /** Counts what was given up with the ring: it is not in flight on any ring that works. */
    void abandon(int count) {
        inFlight.set(0);
        abandoned.set(count);
        ringFailures.set(1);
    }

    /** Copies the counters. */
    public UringStats snapshot() {
        return new UringStats(inFlight.get(), submitted.get(), completed.get(), disposals.get(), dropped.get(),
                cancelSqes.get(), allCancelSqes.get(), sqesSaved.get(), recancels.get(), cancelled.get(),
                lateCompletions.get(), staleCompletions.get(), overflows.get(), enters.get(), wakeUps.get(),
                abandoned.get(),
                ringFailures.get(),
                timer == null ? null : timer.snapshot());
    }
}
