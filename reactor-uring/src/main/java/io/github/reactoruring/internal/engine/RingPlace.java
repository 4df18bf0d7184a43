package io.github.reactoruring.internal.engine;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.UringStats;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.Turn;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * The place of one ring of a Uring: when that has failed, another takes it, as soon as one is to be had. What is subscribed to
 * from then on is served; what was open on the ring that failed is not.
 *
 * <p>The first failure is mended at once, by the thread that the failed ring leaves behind. One soon after another, or where no
 * ring is to be had, waits: from 100 ms to 10 s, each time twice as long, on a thread that ends with the waiting. If there is
 * no memory for that thread, whoever asks for the ring next tries again.
 *
 * <p>Invariants: one at a time opens a ring; none takes the place while it is closed. <b>Threads:</b> any.
 */
final class RingPlace implements Supplier<EventLoop> {

    private static final long FIRST_PAUSE_NANOS = 100_000_000;
    private static final long LONGEST_PAUSE_NANOS = 10_000_000_000L;
    /** A ring that has worked for this long fails for a reason of its own. */
    private static final long STEADY_NANOS = 60_000_000_000L;
    private static final long CLOSE_TIMEOUT_NANOS = 15_000_000_000L;

    private static final Logger LOG = Loggers.getLogger(RingPlace.class);

    private final String name;
    private final Supplier<Turn> opening;
    private final Driver driver;
    private final AtomicBoolean reopening = new AtomicBoolean();
    private volatile EventLoop current;
    private volatile boolean closed;
    private volatile @Nullable Thread waiting;
    /** What the rings counted that were here before, and are over; guarded by this. */
    private @Nullable UringStats past;
    /** The rings that were here before and are late: they go on counting; guarded by this. */
    private final List<EventLoop> late = new ArrayList<>();

    // Of whoever reopens.
    private long openedNanos;
    private long pauseNanos;
    private volatile long dueNanos;

    /**
     * Puts the first ring into its place, and has it driven.
     *
     * @param name of its thread
     * @param first a ring that is open
     * @param opening opens another like it; throws if there is none to be had
     */
    RingPlace(String name, Turn first, Supplier<Turn> opening, Driver driver) {
        this.name = name;
        this.opening = opening;
        this.driver = driver;
        openedNanos = System.nanoTime();
        current = first.loop();
        drive(first);
    }

    /** Has the ring driven; closes it if that cannot be. */
    private void drive(Turn turn) {
        try {
            driver.drive(turn, () -> over(turn.loop()));
        } catch (Throwable t) {
            turn.loop().ring().close();
            throw t;
        }
    }

    /** Returns the ring that is here; one that has failed where there is no other yet. */
    @Override
    public EventLoop get() {
        EventLoop loop = current;
        if (loop.failure() == null) {
            return loop;
        }
        if (waiting == null && loop.isTold() && System.nanoTime() - dueNanos >= 0) {
            reopen();
        }
        return current;
    }

    /** Returns why the ring that is here has failed, or null while it works. */
    @Nullable
    Throwable failure() {
        return get().failure();
    }

    synchronized UringStats stats() {
        countPast();
        UringStats now = withPast(current);
        for (EventLoop loop : late) {
            now = now.plus(loop.stats().snapshot());
        }
        return now;
    }

    private void countPast() {
        for (Iterator<EventLoop> each = late.iterator(); each.hasNext();) {
            EventLoop loop = each.next();
            if (isDone(loop)) {
                past = withPast(loop);
                each.remove();
            }
        }
    }

    private static boolean isDone(EventLoop loop) {
        return loop.isOver() && loop.isTold();
    }

    private UringStats withPast(EventLoop loop) {
        UringStats counted = loop.stats().snapshot();
        return past == null ? counted : past.plus(counted);
    }

    /** Lets no other ring take the place, and returns the one that is to be closed. */
    EventLoop shut() {
        EventLoop loop;
        synchronized (this) {
            closed = true;
            loop = current;
        }
        LockSupport.unpark(waiting);
        return loop;
    }

    /** Opens a ring to be put here by {@link #openAgain}. */
    Turn another() {
        return opening.get();
    }

    /** Puts a ring here after {@link #shut}, and has it driven. If that cannot be, the ring is closed and all stays as it was. */
    void openAgain(Turn turn) {
        drive(turn);
        try {
            synchronized (this) {
                takeOver(turn);
                closed = false;
            }
        } catch (Throwable t) {
            turn.loop().close(CLOSE_TIMEOUT_NANOS);
            throw t;
        }
        openedNanos = System.nanoTime();
        // It may have failed already, and found the place closed.
        lookOnceMore();
    }

    /** Under the lock. What takes memory comes first: it is another, or all is as it was. */
    private void takeOver(Turn turn) {
        countPast();
        EventLoop before = current;
        if (isDone(before)) {
            past = withPast(before);
        } else {
            late.add(before);
        }
        current = turn.loop();
    }

    /** Runs when the ring's driver has done with it. */
    private void over(EventLoop loop) {
        if (loop.failure() == null || closed) {
            return;
        }
        try {
            long now = System.nanoTime();
            if (now - openedNanos > STEADY_NANOS) {
                pauseNanos = 0;
            }
            nextTryAfterPause(now);
            reopen();
        } catch (Throwable t) {
            // No memory; whoever asks next tries again.
        }
    }

    private void nextTryAfterPause(long now) {
        dueNanos = now + pauseNanos;
        pauseNanos = Math.clamp(2 * pauseNanos, FIRST_PAUSE_NANOS, LONGEST_PAUSE_NANOS);
    }

    /** Opens another ring now, or has a thread do it when it is time. Never throws. */
    private void reopen() {
        if (!reopening.compareAndSet(false, true)) {
            return;
        }
        boolean handedOver = false;
        boolean replaced = false;
        try {
            if (mayReplace()) {
                replaced = System.nanoTime() - dueNanos >= 0 && replace();
                handedOver = !replaced && startWaiting();
            }
        } catch (Throwable t) {
            // No memory; whoever asks next tries again.
            waiting = null;
        } finally {
            if (!handedOver) {
                reopening.set(false);
            }
        }
        if (replaced) {
            lookOnceMore();
        }
    }

    private boolean startWaiting() {
        Thread thread = Thread.ofPlatform().daemon().name(name + "-reopening").unstarted(this::replaceLater);
        waiting = thread;
        thread.start();
        return true;
    }

    private void replaceLater() {
        try {
            do {
                long left;
                while (!closed && (left = dueNanos - System.nanoTime()) > 0) {
                    LockSupport.parkNanos(this, left);
                }
            } while (mayReplace() && !replace());
        } finally {
            waiting = null;
            reopening.set(false);
        }
        lookOnceMore();
    }

    /** The new ring may have failed already, and who noticed it have left it to us. */
    private void lookOnceMore() {
        if (mayReplace() && current.isTold()) {
            reopen();
        }
    }

    private boolean mayReplace() {
        return !closed && current.failure() != null;
    }

    /** Puts another ring here; false if there is none to be had now. */
    private boolean replace() {
        Turn driven = null;
        boolean taken = false;
        try {
            Turn turn = opening.get();
            openedNanos = System.nanoTime();
            drive(turn);
            driven = turn;
            synchronized (this) {
                // Whoever closed and opened again meanwhile has put another here.
                if (mayReplace()) {
                    takeOver(turn);
                    taken = true;
                }
            }
        } catch (Throwable t) {
            nextTryAfterPause(System.nanoTime());
            LOG.debug("There is no ring to be had in the place of " + name, t);
            return false;
        } finally {
            if (driven != null && !taken) {
                driven.loop().close(CLOSE_TIMEOUT_NANOS);
            }
        }
        if (taken) {
            LOG.info("Another ring has taken the place of {}, which had failed", name);
        }
        return true;
    }

    @Override
    public String toString() {
        return "RingPlace(" + name + ")";
    }
}
