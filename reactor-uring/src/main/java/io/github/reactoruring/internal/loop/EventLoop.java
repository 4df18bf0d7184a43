package io.github.reactoruring.internal.loop;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.ring.Ring;

/**
 * The door to one ring, for any thread: what is handed in here reaches the ring's owner, who runs its {@link Turn}, or is
 * told that it never will.
 *
 * <p><b>Threads:</b> any, but for what is said to be the owner's.
 */
public final class EventLoop implements Supplier<EventLoop> {

    private final String name;
    private final Ring ring;
    private final Waker waker;
    private final @Nullable TurnTimer timer;
    private final Mailbox mailbox;
    private final LoopStats stats;
    private final RingTables tables;
    private final Set<OpenFile> openFiles = new LinkedHashSet<>();
    private final List<Runnable> overListeners = new ArrayList<>();
    private final CompletableFuture<Void> terminated = new CompletableFuture<>();
    /** Made once: to turn something away takes no memory. */
    private final Consumer<Mail> rejecter = this::reject;
    private Predicate<Mail> intake = request -> false;
    private volatile @Nullable Thread owner;
    private volatile @Nullable Throwable failure;
    private volatile boolean over;
    /** Whether it is closed, and nobody waits any longer for what it still has to do. */
    private volatile boolean overdue;
    /** Whether there was no memory to have a file closed, which is to be tried again. */
    private volatile boolean missedClose;
    /** Whether those in flight are being told just now that it has failed; the owner's. */
    private boolean collapsing;
    /** How many cancels were made of which nobody knows what they hit; the owner's. */
    private int sweepingCancels;

    /**
     * Makes the door to a ring that is still disabled; a {@link Turn} gives it an owner.
     *
     * @param waker is called when something has come while the owner sleeps
     * @param timings whether to time the turns
     */
    public EventLoop(String name, Ring ring, Waker waker, boolean timings) {
        this.name = name;
        this.ring = ring;
        this.waker = waker;
        timer = timings ? new TurnTimer(ring::nanoTime) : null;
        mailbox = new Mailbox(timer == null ? null : timer.clock());
        stats = new LoopStats(timer);
        tables = new RingTables(ring);
    }

    public String name() {
        return name;
    }

    /** Chooses itself: sources are given who chooses the ring of a subscription when it is made. */
    @Override
    public EventLoop get() {
        return this;
    }

    public Ring ring() {
        return ring;
    }

    public LoopStats stats() {
        return stats;
    }

    /**
     * Counts {@code more} cancels of which nobody knows what they hit, those of the users and the ANY of a closing ring, and
     * returns how many there have been. Owner thread.
     */
    int sweepingCancels(int more) {
        sweepingCancels += more;
        return sweepingCancels;
    }

    public boolean inEventLoop() {
        return Thread.currentThread() == owner;
    }

    /**
     * Hands a task, a request or a file to the owner, who takes it in this turn or the next. When called by the owner between
     * two turns, asks for one.
     */
    public void execute(Mail mail) {
        if (inEventLoop()) {
            if (over && !collapsing) {
                reject(mail);
            } else if (mailbox.addOwn(mail)) {
                wake();
            }
        } else if (mailbox.offer(mail, rejecter)) {
            wake();
        }
    }

    /**
     * Hands a request to the owner. One of the owner's own is queued at once, where nothing is in its way: it waits for the
     * next turn either way, and need not go through the mailbox.
     */
    void submit(Mail request) {
        if (inEventLoop() && !over && intake.test(request)) {
            if (mailbox.unparkOwn()) {
                wake();
            }
        } else {
            execute(request);
        }
    }

    /** As {@link #execute(Mail)}, for a lambda. */
    public void execute(LoopTask task) {
        execute((Mail) task);
    }

    private void wake() {
        try {
            waker.wake();
        } catch (Throwable t) {
            // No memory for the call: whoever comes next wakes the owner for both.
            mailbox.wakeFailed();
            throw t;
        }
    }

    /**
     * Closes the loop: rejects what is new, drops what is queued, cancels what is in flight, closes files, then the
     * ring. Completes when that is done, exceptionally when requests were still in flight after {@code timeoutNanos}.
     */
    public CompletableFuture<Void> close(long timeoutNanos) {
        execute((Mail) new Shutdown(ring.nanoTime() + timeoutNanos));
        return terminated;
    }

    /** Returns why the loop failed; null while it works, and when it was closed in order. */
    public @Nullable Throwable failure() {
        return failure;
    }

    /** Says whether everybody has been told that the loop is over. */
    public boolean isTold() {
        return terminated.isDone();
    }

    /** Says why the loop takes nothing any more. */
    public Throwable rejection() {
        Throwable cause = failure;
        if (cause == null) {
            return new RejectedExecutionException("The ring " + name + " is closed: it was disposed of");
        }
        try {
            return new RejectedExecutionException("The ring " + name + " has failed: " + cause, cause);
        } catch (OutOfMemoryError e) {
            return cause;
        }
    }

    // ---- For sources, on the owner thread

    /** Runs {@code listener} on the owner when the ring is closed, before anybody is told so. */
    public void whenOver(Runnable listener) {
        overListeners.add(listener);
    }

    /** Takes back {@link #whenOver}. */
    public void removeWhenOver(Runnable listener) {
        overListeners.remove(listener);
    }

    public RingTables tables() {
        return tables;
    }

    // ---- For files, on the owner thread

    void opened(OpenFile file) {
        // A loop that is over has no owner any more, and files that come late are closed at once.
        if (!over) {
            openFiles.add(file);
        }
    }

    void closed(OpenFile file) {
        if (!over) {
            openFiles.remove(file);
        }
    }

    /** Notes, on any thread, that there was no memory to have a file closed. Takes none itself, and never throws. */
    void missedClose() {
        missedClose = true;
        try {
            waker.wake();
        } catch (Throwable t) {
            // The next turn, whatever it is for, looks.
        }
    }

    boolean hasMissedClose() {
        return missedClose;
    }

    boolean takeMissedClose() {
        boolean missed = missedClose;
        if (missed) {
            missedClose = false;
        }
        return missed;
    }

    // ---- For its turn, on the owner thread

    /** @param ownersIntake queues a request of the owner's, or says that it has to come by mail */
    void intake(Predicate<Mail> ownersIntake) {
        intake = ownersIntake;
    }

    void ownedByThisThread() {
        owner = Thread.currentThread();
    }

    Mailbox mailbox() {
        return mailbox;
    }

    @Nullable
    TurnTimer timer() {
        return timer;
    }

    Set<OpenFile> openFiles() {
        return openFiles;
    }

    List<Runnable> overListeners() {
        return overListeners;
    }

    /** Completes when the loop is over, and everybody has been told. */
    CompletableFuture<Void> terminated() {
        return terminated;
    }

    /** Says whether it takes nothing any more: it is closed, and the kernel done with what it had, or it has failed. */
    public boolean isOver() {
        return over;
    }

    boolean isOverdue() {
        return overdue;
    }

    void overdue() {
        overdue = true;
    }

    /** Takes nothing any more; what comes from now on is rejected. */
    void end() {
        over = true;
    }

    /** Has failed. What the owner hands in waits, until {@link #collapsed()}. Takes no memory, which may be what is short. */
    void collapse(Throwable cause) {
        failure = cause;
        over = true;
        collapsing = true;
    }

    void collapsed() {
        collapsing = false;
    }

    /** Never throws: what it takes to say why may be what there is no memory for. */
    void reject(Mail mail) {
        try {
            Gate.rejected(mail, rejection());
        } catch (Throwable t) {
            Complaint.REJECTION.log(t);
        }
    }

    @Override
    public String toString() {
        return "EventLoop(" + name + ")";
    }
}
