package io.github.reactoruring.internal.source;

import java.util.concurrent.atomic.AtomicBoolean;

import reactor.core.scheduler.Schedulers;

/**
 * Hands work that would hold up the ring to a thread of {@code Schedulers.boundedElastic()}.
 *
 * <p>Invariant: the work is run once, or never, and then its caller is told so by what is thrown: that too much waits there,
 * that it was shut down, or what a hook of the application's threw ({@code Schedulers.onScheduleHook}).
 */
public final class Elsewhere {

    private Elsewhere() {
    }

    /** Has {@code work} run soon, on another thread. Throws if it will not be. */
    public static void run(Runnable work) {
        Once once = new Once(work);
        try {
            Schedulers.boundedElastic().schedule(once);
        } catch (Throwable t) {
            if (once.isFirst()) {
                throw t;
            }
            // It runs already: whatever was thrown came later.
        }
    }

    private static final class Once implements Runnable {

        private final Runnable work;
        private final AtomicBoolean begun = new AtomicBoolean();

        Once(Runnable work) {
            this.work = work;
        }

        boolean isFirst() {
            return begun.compareAndSet(false, true);
        }

        @Override
        public void run() {
            if (isFirst()) {
                work.run();
            }
        }
    }
}
