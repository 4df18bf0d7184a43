package io.github.reactoruring.internal.spring;

import java.util.concurrent.atomic.AtomicInteger;

import reactor.core.Exceptions;

/**
 * Runs one step at a time, whoever asks for it: asked while it runs, it runs once more, on the thread that is at it. So a
 * step has what it works on to itself, and calls a subscriber one signal after another, without a lock.
 *
 * <p>A step that throws, because a subscriber did, leaves nothing deaf: those who asked meanwhile are served first, and
 * whoever asks later, by a cancel say, is served as well. The error goes to the one who ran the step.
 *
 * <p><b>Threads:</b> any; each run of the step happens before the next.
 */
public final class Drain {

    private final Runnable step;
    private final AtomicInteger asked = new AtomicInteger();

    public Drain(Runnable step) {
        this.step = step;
    }

    /** Has the step run from its start: here, or by whoever is at it. */
    public void run() {
        if (asked.getAndIncrement() != 0) {
            return;
        }
        Throwable thrown = null;
        int served = 1;
        do {
            try {
                step.run();
            } catch (Throwable t) {
                thrown = thrown == null ? t : Exceptions.addSuppressed(thrown, t);
            }
            served = asked.addAndGet(-served);
        } while (served != 0);
        if (thrown != null) {
            Drain.<RuntimeException>rethrow(thrown);
        }
    }

    /** As it was, fatal or checked as it may be: not wrapped, as Reactor's ways to throw do. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void rethrow(Throwable thrown) throws E {
        throw (E) thrown;
    }
}
