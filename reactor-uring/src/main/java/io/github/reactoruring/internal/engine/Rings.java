package io.github.reactoruring.internal.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.UringStats;
import io.github.reactoruring.UringUnavailableException;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.Turn;
import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.ring.RingProvider;
import io.github.reactoruring.internal.ring.kernel.KernelRings;
import io.github.reactoruring.internal.ring.kernel.KernelView;
import io.github.reactoruring.internal.sys.ErrnoException;

/** The rings of one Uring, each with its thread. */
public final class Rings {

    private final List<EventLoop> loops;
    private final AtomicInteger turn = new AtomicInteger();

    private Rings(List<EventLoop> loops) {
        this.loops = loops;
    }

    /**
     * Opens {@code count} rings and starts their threads.
     *
     * @param timings whether to time their turns
     * @throws UringUnavailableException if one is not to be had; those opened before are closed
     */
    public static Rings open(String name, int count, int submissionEntries, int completionEntries, CancelPolicy policy,
            boolean timings) {
        Driver driver = LoopThread.DRIVER;
        List<EventLoop> loops = new ArrayList<>(count);
        for (Ring ring : openAll(count, submissionEntries, completionEntries)) {
            String threadName = "uring-" + name + "-" + (loops.size() + 1);
            EventLoop loop = new EventLoop(threadName, ring, driver.waker(ring), timings);
            driver.drive(new Turn(loop, policy, ring.completionCapacity()));
            loops.add(loop);
        }
        return new Rings(loops);
    }

    private static List<Ring> openAll(int count, int submissionEntries, int completionEntries) {
        UringUnavailableException platform = Unavailability.ofPlatform();
        if (platform != null) {
            throw platform;
        }
        try {
            return openAll(new KernelRings(KernelView.configured()), count, submissionEntries, completionEntries);
        } catch (ErrnoException e) {
            throw Unavailability.of(e);
        } catch (LinkageError | IllegalCallerException e) {
            throw Unavailability.of(e);
        }
    }

    /** Opens all or none. */
    private static List<Ring> openAll(RingProvider provider, int count, int submissionEntries, int completionEntries)
            throws ErrnoException {
        List<Ring> opened = new ArrayList<>(count);
        try {
            for (int i = 0; i < count; i++) {
                opened.add(provider.open(submissionEntries, completionEntries));
            }
            return opened;
        } catch (Throwable t) {
            opened.forEach(Ring::close);
            throw t;
        }
    }

    /** Returns the first ring: that of raw requests, which name descriptors, timers and each other. */
    public EventLoop first() {
        return loops.getFirst();
    }

    /** Returns all of them. */
    public List<EventLoop> all() {
        return List.copyOf(loops);
    }

    /** Chooses a ring: the caller's own when it is a ring's thread, else the next in turn. */
    public EventLoop next() {
        if (loops.size() == 1) {
            return loops.getFirst();
        }
        for (EventLoop loop : loops) {
            if (loop.inEventLoop()) {
                return loop;
            }
        }
        return loops.get(Math.floorMod(turn.getAndIncrement(), loops.size()));
    }

    /** Returns why one of them failed, or null while all work. */
    public @Nullable Throwable failure() {
        for (EventLoop loop : loops) {
            Throwable failure = loop.failure();
            if (failure != null) {
                return failure;
            }
        }
        return null;
    }

    /** Closes all rings; completes when the last has. */
    public CompletableFuture<Void> close(long timeoutNanos) {
        CompletableFuture<?>[] all = loops.stream().map(loop -> loop.close(timeoutNanos))
                .toArray(CompletableFuture[]::new);
        return CompletableFuture.allOf(all);
    }

    /** Adds up the rings' counters. */
    public UringStats stats() {
        return loops.stream().map(loop -> loop.stats().snapshot()).reduce(UringStats::plus).orElseThrow();
    }
}
