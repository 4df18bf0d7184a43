package io.github.reactoruring.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.UringStats;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.FileTraits;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.loop.Turn;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.scripted.CancelRecord;
import io.github.reactoruring.internal.ring.scripted.KernelFile;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.ring.scripted.ScriptedRing;

/**
 * An event loop over a scripted ring, turned by hand. The thread that makes it owns it. Closing it ends the loop, and
 * holds every test to the same: nothing in flight, no violation, no stale completion.
 */
public final class ScriptedLoop implements AutoCloseable {

    private static final long TIMEOUT_NANOS = 1_000_000_000;
    private static final int TOO_MANY_TURNS = 100_000;

    private final ScriptedRing ring;
    private final EventLoop loop;
    private final Turn owner;

    private ScriptedLoop(ScriptedRing ring, CancelPolicy policy, int mostRequests, boolean timings) {
        this.ring = ring;
        // Cancels and the loop's own are never told apart by their user_data.
        ring.mayRepeat(userData -> userData >>> 62 >= 2);
        loop = new EventLoop("scripted", ring, ring::wake, timings);
        owner = new Turn(loop, policy, ring.completionCapacity(), mostRequests);
        assertThat(owner.start()).isTrue();
    }

    /** Opens one with room enough for any test, on a kernel that can everything. */
    public static ScriptedLoop open() {
        return open(256, 8192);
    }

    public static ScriptedLoop open(int submissionEntries, int completionEntries) {
        return open(submissionEntries, completionEntries, EnumSet.allOf(RingFeature.class), CancelPolicy.coalesce());
    }

    /** Opens one on a kernel without some features. */
    public static ScriptedLoop without(RingFeature first, RingFeature... more) {
        EnumSet<RingFeature> known = EnumSet.complementOf(EnumSet.of(first, more));
        return open(256, 8192, known, CancelPolicy.coalesce());
    }

    public static ScriptedLoop open(int submissionEntries, int completionEntries, Set<RingFeature> known,
            CancelPolicy policy) {
        return open(submissionEntries, completionEntries, known, policy, false);
    }

    /** Opens one that times its turns by the scripted ring's clock. */
    public static ScriptedLoop timed() {
        return open(256, 8192, EnumSet.allOf(RingFeature.class), CancelPolicy.coalesce(), true);
    }

    private static ScriptedLoop open(int submissionEntries, int completionEntries, Set<RingFeature> known,
            CancelPolicy policy, boolean timings) {
        ScriptedRing ring = new ScriptedRing(submissionEntries, completionEntries, known);
        return new ScriptedLoop(ring, policy, 1 << 20, timings);
    }

    /** Opens one that takes so many requests, in flight and queued. */
    public static ScriptedLoop openFor(int mostRequests, int submissionEntries, int completionEntries) {
        return new ScriptedLoop(new ScriptedRing(submissionEntries, completionEntries), CancelPolicy.coalesce(),
                mostRequests, false);
    }

    public EventLoop loop() {
        return loop;
    }

    public ScriptedRing ring() {
        return ring;
    }

    /** Opens a file that the library owns, and on which nothing happens by itself. */
    public OpenFile openFile(String name) {
        return new OpenFile(loop, ring.files().create(name, KernelFile.Kind.STREAM), false, name);
    }

    /** Opens a regular file on a disk, with this content. */
    public OpenFile regularFile(String name, byte[] content, int openFlags) {
        int descriptor = ring.files().create(name, KernelFile.Kind.REGULAR);
        Objects.requireNonNull(ring.files().lookup(descriptor)).content(content);
        return new OpenFile(loop, descriptor, false, name).known(new FileTraits(true, openFlags));
    }

    /** Opens a descriptor that the library does not own. */
    public int descriptor() {
        return ring.files().create("foreign", KernelFile.Kind.STREAM);
    }

    public UringStats stats() {
        return loop.stats().snapshot();
    }

    /** Turns once, without waiting; a loop that is over turns no more. */
    public void turn() {
        owner.run();
    }

    /** Turns once, and waits where there is nothing to do. */
    public void turnOrWait() {
        owner.runOrWait();
    }

    public boolean isOver() {
        return owner.isOver();
    }

    /** Returns the owner's side of the loop. */
    public Turn owner() {
        return owner;
    }

    public void turns(int count) {
        for (int i = 0; i < count; i++) {
            turn();
        }
    }

    /** Turns, waiting where there is nothing to do, until the condition holds. */
    public void turnUntil(String what, BooleanSupplier condition) {
        turnUntil(true, what, condition);
    }

    /** Turns without waiting until the condition holds. */
    public void spinUntil(String what, BooleanSupplier condition) {
        turnUntil(false, what, condition);
    }

    private void turnUntil(boolean mayBlock, String what, BooleanSupplier condition) {
        for (int i = 0; i < TOO_MANY_TURNS; i++) {
            turn();
            if (condition.getAsBoolean()) {
                return;
            }
            if (mayBlock) {
                turnOrWait();
            } else {
                turn();
            }
        }
        throw new AssertionError("Not in " + TOO_MANY_TURNS + " turns: " + what + "; in flight: "
                + ring.inFlightSummary());
    }

    /** Returns the one request in flight; fails when there are more or none. */
    public KernelRequest only() {
        List<KernelRequest> inFlight = ring.kernel().inFlight();
        assertThat(inFlight).hasSize(1);
        return inFlight.getFirst();
    }

    /** Returns the cancels since the last call. */
    public List<CancelRecord> takeCancels() {
        List<CancelRecord> taken = List.copyOf(ring.cancels());
        ring.cancels().clear();
        return taken;
    }

    /** Starts to close the loop, and turns until it is over. */
    public CompletableFuture<Void> shutDown() {
        CompletableFuture<Void> closed = loop.close(TIMEOUT_NANOS);
        turnUntil("the loop over", owner::isOver);
        return closed;
    }

    @Override
    public void close() {
        if (!owner.isOver()) {
            shutDown().join();
        }
        ring.violations().assertNone();
        assertThat(stats().staleCompletions()).as("stale completions").isZero();
        assertThat(ring.isClosed()).isTrue();
    }
}
