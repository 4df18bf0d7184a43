package io.github.reactoruring.internal.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

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

/** The rings of one Uring, each with its thread, and with its place, which another takes when it fails. */
public final class Rings {

    private static final long CLOSE_TIMEOUT_NANOS = 15_000_000_000L;

    private final List<RingPlace> places;
    private final AtomicInteger turn = new AtomicInteger();

    private Rings(List<RingPlace> places) {
        this.places = places;
    }

    /** What all rings of a Uring are opened with. */
    private record Settings(String name, int submissionEntries, int completionEntries, CancelPolicy policy,
            boolean timings) {

        String threadName(int index) {
            return "uring-" + name + "-" + (index + 1);
        }

        /** Makes the turn of a ring; closes the ring if that cannot be. */
        Turn turn(Ring ring, String threadName, Driver driver) {
            try {
                EventLoop loop = new EventLoop(threadName, ring, driver.waker(ring), timings);
                return new Turn(loop, policy, ring.completionCapacity());
            } catch (Throwable t) {
                ring.close();
                throw t;
            }
        }
    }

    /** Says whether what kept rings from being opened may be over the next time. */
    public static boolean isPassing(Throwable refusal) {
        return Unavailability.isPassing(refusal);
    }

    /**
     * Opens {@code count} rings and starts their threads.
     *
     * @param timings whether to time their turns
     * @throws UringUnavailableException if one is not to be had; those opened before are closed
     */
    public static Rings open(String name, int count, int submissionEntries, int completionEntries, CancelPolicy policy,
            boolean timings) {
        Settings settings = new Settings(name, submissionEntries, completionEntries, policy, timings);
        Driver driver = LoopThread.DRIVER;
        List<RingPlace> places = new ArrayList<>(count);
        List<Ring> opened = openAll(count, settings);
        try {
            for (Ring ring : opened) {
                String threadName = settings.threadName(places.size());
                places.add(new RingPlace(threadName, settings.turn(ring, threadName, driver),
                        () -> settings.turn(openAll(1, settings).getFirst(), threadName, driver), driver));
            }
            return new Rings(List.copyOf(places));
        } catch (Throwable t) {
            giveUp(places);
            opened.subList(places.size(), count).forEach(Ring::close);
            throw t;
        }
    }

    private static void giveUp(List<RingPlace> places) {
        for (RingPlace place : places) {
            place.shut().close(CLOSE_TIMEOUT_NANOS);
        }
    }

    private static List<Ring> openAll(int count, Settings settings) {
        UringUnavailableException platform = Unavailability.ofPlatform();
        if (platform != null) {
            throw platform;
        }
        try {
            return openAll(new KernelRings(KernelView.configured()), count, settings);
        } catch (ErrnoException e) {
            throw Unavailability.of(e);
        } catch (LinkageError | IllegalCallerException e) {
            throw Unavailability.of(e);
        }
    }

    /** Opens all or none. */
    private static List<Ring> openAll(RingProvider provider, int count, Settings settings) throws ErrnoException {
        List<Ring> opened = new ArrayList<>(count);
        try {
            for (int i = 0; i < count; i++) {
                opened.add(provider.open(settings.submissionEntries(), settings.completionEntries()));
            }
            return opened;
        } catch (Throwable t) {
            opened.forEach(Ring::close);
            throw t;
        }
    }

    /** Returns the first ring: that of raw requests, which name descriptors, timers and each other. */
    public EventLoop first() {
        return places.getFirst().get();
    }

    /** Returns all of them, as they are now. */
    public List<EventLoop> all() {
        return places.stream().map(Supplier::get).toList();
    }

    /** Chooses a ring: the caller's own when it is a ring's thread, else the next in turn that works, if any does. */
    public EventLoop next() {
        if (places.size() == 1) {
            return first();
        }
        for (RingPlace place : places) {
            EventLoop loop = place.get();
            if (loop.inEventLoop() && loop.failure() == null) {
                return loop;
            }
        }
        EventLoop chosen = nextInTurn();
        for (int i = 1; i < places.size() && chosen.failure() != null; i++) {
            chosen = nextInTurn();
        }
        return chosen;
    }

    private EventLoop nextInTurn() {
        return places.get(Math.floorMod(turn.getAndIncrement(), places.size())).get();
    }

    /** Returns why one of them has failed, and is not replaced yet; null while all work. */
    public @Nullable Throwable failure() {
        for (RingPlace place : places) {
            Throwable failure = place.failure();
            if (failure != null) {
                return failure;
            }
        }
        return null;
    }

    /** Says whether all of them have failed, and none is replaced yet. */
    public boolean allFailed() {
        for (RingPlace place : places) {
            if (place.failure() == null) {
                return false;
            }
        }
        return true;
    }

    /** Closes all rings; completes when the last has. */
    public CompletableFuture<Void> close(long timeoutNanos) {
        return close(shut(), timeoutNanos);
    }

    /** Lets no other ring take the place of one of these, which are to be closed; calls nobody. */
    public List<EventLoop> shut() {
        return places.stream().map(RingPlace::shut).toList();
    }

    /** Closes what {@link #shut} returned; completes when the last has. Who is turned away is told by this. */
    public static CompletableFuture<Void> close(List<EventLoop> loops, long timeoutNanos) {
        return CompletableFuture.allOf(loops.stream().map(loop -> loop.close(timeoutNanos))
                .toArray(CompletableFuture[]::new));
    }

    /**
     * Opens all of them anew after {@link #shut}.
     *
     * @throws UringUnavailableException if one is not to be had; none is open then
     */
    public void openAgain() {
        List<Turn> turns = new ArrayList<>(places.size());
        try {
            for (RingPlace place : places) {
                turns.add(place.another());
            }
        } catch (Throwable t) {
            turns.forEach(each -> each.loop().ring().close());
            throw t;
        }
        int open = 0;
        try {
            for (; open < turns.size(); open++) {
                places.get(open).openAgain(turns.get(open));
            }
        } catch (Throwable t) {
            giveUp(places.subList(0, open));
            turns.subList(open + 1, turns.size()).forEach(each -> each.loop().ring().close());
            throw t;
        }
    }

    /** Adds up the rings' counters. */
    public UringStats stats() {
        return places.stream().map(RingPlace::stats).reduce(UringStats::plus).orElseThrow();
    }
}
