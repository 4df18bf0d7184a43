package io.github.reactoruring.internal.loop;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.sys.ErrnoException;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * Drives one ring: drain the mailbox, stage cancels, stage requests, enter once, dispatch.
 *
 * <p>Cancels are staged before the turn's new requests: a cancel sees only earlier SQEs, so that one keyed by file
 * cannot hit a request that came after the plan.
 *
 * <p><b>Threads:</b> {@link #turn} belongs to the thread that called {@link #start}; {@link #execute} and
 * {@link #dispose} any.
 */
public final class EventLoop {

    /** The user_data of a ring's wake-up completions. */
    public static final long WAKE_USER_DATA = UserData.WAKE;

    private static final Logger LOG = Loggers.getLogger(EventLoop.class);
    private static final int TASKS_PER_TURN = 4096;
    private static final int COMPLETIONS_PER_TURN = 4096;

    private final String name;
    private final Ring ring;
    private final @Nullable TurnTimer timer;
    private final Mailbox mailbox;
    /** Of a size that hardly ever has to grow: a disposal must not fail for want of memory. */
    private final ArrayDeque<Runnable> ownTasks = new ArrayDeque<>(1024);
    private final InFlightTable inFlight = new InFlightTable();
    private final LoopStats stats;
    private final Submitter submitter;
    private final Canceller canceller;
    private final Dispatcher dispatcher;
    private final WakePoll wakePoll;
    private final RingTables tables;
    private final Set<OpenFile> openFiles = new LinkedHashSet<>();
    private final List<Runnable> overListeners = new ArrayList<>();
    private final CompletableFuture<Void> terminated = new CompletableFuture<>();
    private final EnterGuard enterGuard;
    /** Made once: a turn that has nothing to do takes no memory. */
    private final Consumer<Runnable> runner = this::runSafely;
    private final Consumer<Runnable> rejecter = this::reject;
    private final Collapse collapse;
    /** The next in the stack of {@link Abandoned}. */
    @Nullable
    EventLoop abandonedBefore;
    private @Nullable Shutdown shutdown;
    private volatile @Nullable Thread owner;
    private volatile @Nullable Throwable failure;
    private volatile boolean over;

    /**
     * Makes a loop over a ring that is still disabled.
     *
     * @param maxInFlight the largest number of requests in flight
     */
    public EventLoop(String name, Ring ring, CancelPolicy policy, int maxInFlight) {
        this(name, ring, policy, maxInFlight, false);
    }

    /**
     * Makes a loop over a ring that is still disabled.
     *
     * @param maxInFlight the largest number of requests in flight
     * @param timings whether to time its turns
     */
    public EventLoop(String name, Ring ring, CancelPolicy policy, int maxInFlight, boolean timings) {
        this.name = name;
        this.ring = ring;
        timer = timings ? new TurnTimer(ring::nanoTime) : null;
        mailbox = new Mailbox(timer == null ? null : timer.clock());
        stats = new LoopStats(timer);
        wakePoll = new WakePoll(ring, inFlight);
        tables = new RingTables(ring);
        submitter = new Submitter(ring, inFlight, stats, maxInFlight);
        canceller = new Canceller(ring, inFlight, stats, policy);
        dispatcher = new Dispatcher(ring, inFlight, wakePoll, stats);
        enterGuard = new EnterGuard(ring, stats);
        collapse = new Collapse(this, submitter, mailbox, ownTasks, inFlight, overListeners, openFiles, terminated,
                rejecter);
    }

    // ---- Any thread

    public String name() {
        return name;
    }

    public Ring ring() {
        return ring;
    }

    public LoopStats stats() {
        return stats;
    }

    public boolean inEventLoop() {
        return Thread.currentThread() == owner;
    }

    /** Runs {@code task} on the owner: in this turn or the next when called there. A {@link LoopTask} may be rejected. */
    public void execute(Runnable task) {
        if (inEventLoop()) {
            if (over && !collapse.isRunning()) {
                reject(task);
            } else {
                ownTasks.add(task);
            }
        } else if (mailbox.offer(task, rejecter)) {
            wake();
        }
    }

    private void wake() {
        try {
            ring.wake();
        } catch (Throwable t) {
            // No memory for the call: whoever comes next wakes the owner for both.
            mailbox.wakeFailed();
            throw t;
        }
    }

    /** Runs a disposal on the owner, together with others where the calling thread is collecting a batch. */
    public void dispose(Runnable disposal) {
        if (!DisposalBatch.collect(this, disposal)) {
            execute(disposal);
        }
    }

    /**
     * Closes the loop: rejects what is new, drops what is queued, cancels what is in flight, closes files, then the
     * ring. Completes when that is done, exceptionally when requests were still in flight after {@code timeoutNanos}.
     */
    public CompletableFuture<Void> close(long timeoutNanos) {
        execute(() -> {
            if (shutdown == null) {
                shutdown = new Shutdown(this, ring.nanoTime() + timeoutNanos);
            }
        });
        return terminated;
    }

    public CompletableFuture<Void> terminated() {
        return terminated;
    }

    /** Returns why the loop failed; null while it works, and when it was closed in order. */
    public @Nullable Throwable failure() {
        return failure;
    }

    // ---- The owner

    /** Makes the calling thread the owner; false when the kernel refused, and the loop has failed. */
    public boolean start() {
        owner = Thread.currentThread();
        DisposalBatch.prepare();
        int result = ring.enable();
        if (result < 0) {
            fail(new ErrnoException(-result, "io_uring_register(ENABLE_RINGS)"));
        }
        return !over;
    }

    public boolean isOver() {
        return over;
    }

    /**
     * Runs one turn; returns the amount of work done.
     *
     * @param mayBlock whether to wait for a completion or a wake-up when there is nothing to do
     */
    public int turn(boolean mayBlock) {
        if (timer == null) {
            return turnUntimed(mayBlock);
        }
        timer.begin();
        long since = mailbox.takeWaitingSince();
        if (since != 0) {
            timer.draining(since);
        }
        int work = turnUntimed(mayBlock);
        timer.end();
        return work;
    }

    private int turnUntimed(boolean mayBlock) {
        int work = runTasks();
        boolean wakeable = wakePoll.arm();
        canceller.stage();
        submitter.stage();
        boolean block = mayBlock && wakeable && nothingToDo() && mailbox.park();
        stats.inFlight.set(inFlight.size());
        boolean entered = enter(block);
        mailbox.unpark();
        work += dispatch(entered);
        if (shutdown != null && !over) {
            shutdown.advance(ring.nanoTime());
        }
        return work;
    }

    private int runTasks() {
        int count = mailbox.drain(TASKS_PER_TURN, runner);
        Runnable task;
        while (count < 2 * TASKS_PER_TURN && (task = ownTasks.poll()) != null) {
            runSafely(task);
            count++;
        }
        return count;
    }

    void runSafely(Runnable task) {
        try {
            task.run();
        } catch (Throwable t) {
            Complaint.TASK.log(t);
        }
    }

    /** Pending task work is no reason to stay awake: an enter that waits runs it first. */
    private boolean nothingToDo() {
        return ownTasks.isEmpty() && !canceller.hasUnstaged() && !submitter.canStage() && !ring.completionsReady()
                && !ring.overflowed() && (shutdown == null || hasWork());
    }

    private boolean enter(boolean block) {
        if (ring.staged() == 0 && !block && !ring.taskWorkPending() && !ring.overflowed()) {
            return true;
        }
        boolean wait = block;
        if (ring.overflowed()) {
            // What was dispatched may have given work.
            wait = false;
            if (!flushOverflow()) {
                return !over;
            }
        }
        int result = wait ? sleep() : enterGuard.enter(false, -1);
        if (result < 0) {
            fail(new ErrnoException(-result, "io_uring_enter"));
            return false;
        }
        return true;
    }

    private int sleep() {
        long nanos = waitNanos();
        if (timer == null) {
            return enterGuard.enter(true, nanos);
        }
        timer.fallAsleep();
        int result = enterGuard.enter(true, nanos);
        timer.wakeUp();
        return result;
    }

    /** Takes what the kernel holds back, before more is submitted; false when a next turn has to go on with it. */
    private boolean flushOverflow() {
        int count = 0;
        // Over first: a ring that was given up is not mapped any more.
        while (!over && ring.overflowed()) {
            count += dispatcher.dispatch(COMPLETIONS_PER_TURN);
            if (count >= COMPLETIONS_PER_TURN) {
                return false;
            }
            flush();
            if (!over && !ring.completionsReady()) {
                return false;
            }
        }
        return !over;
    }

    /** Runs task work and flushes an overflow. */
    private void flush() {
        if (ring.overflowed()) {
            stats.overflows.increment();
        }
        int result = enterGuard.flush();
        if (result < 0) {
            fail(new ErrnoException(-result, "io_uring_enter"));
        }
    }

    private long waitNanos() {
        long now = ring.nanoTime();
        long wait = canceller.nanosToNextPursuit(now);
        Shutdown closing = shutdown;
        return closing == null ? wait : closing.limitWait(wait, now);
    }

    private int dispatch(boolean entered) {
        int count = 0;
        boolean flushed = false;
        while (entered && !over) {
            int dispatched = dispatcher.dispatch(COMPLETIONS_PER_TURN);
            count += dispatched;
            if (count >= COMPLETIONS_PER_TURN || ring.completionsReady()) {
                break;
            }
            // A flush that brought nothing: the kernel sets TASKRUN after it has queued the work, so that the flag may
            // outlive work that was run in between, and nothing clears it before there is more.
            boolean stale = flushed && dispatched == 0;
            if (stale || !ring.taskWorkPending() && !ring.overflowed()) {
                // Everything that has happened is known: who was cancelled and is still there is to be pursued.
                canceller.settled();
                break;
            }
            flush();
            flushed = true;
        }
        stats.inFlight.set(inFlight.size());
        return count;
    }

    // ---- For requests, files and the shutdown; owner only

    void enqueue(Request request) {
        if (shutdown != null && !request.survivesClosing()) {
            Submitter.rejectChain(request, rejection());
        } else {
            submitter.enqueue(request);
        }
    }

    void cancel(Request request) {
        canceller.add(request);
    }

    void cancelAllOn(OpenFile file) {
        // A loop that is over has nobody to cancel anything, and its tables are not for other threads.
        if (!over && file.inFlight() > 0) {
            inFlight.forEach(request -> {
                if (request.uses(file)) {
                    canceller.add(request);
                }
            });
        }
    }

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

    /** Drops what is queued and cancels what is in flight. */
    void beginClosing() {
        submitter.rejectForClosing(rejection());
        canceller.cancelEverything();
    }

    int inFlightCount() {
        return inFlight.size();
    }

    boolean hasWork() {
        return inFlight.size() > 0 || submitter.canStage() || !ownTasks.isEmpty() || !mailbox.isEmpty();
    }

    /** Starts to close the files that are still open; false when there is none. */
    boolean closeFiles() {
        for (OpenFile file : new ArrayList<>(openFiles)) {
            file.close();
        }
        return !openFiles.isEmpty();
    }

    /** Closes the ring: nothing is in flight any more. */
    void finish() {
        Throwable rejection = rejection();
        over = true;
        submitter.rejectAll(rejection);
        mailbox.close(rejecter);
        Runnable task;
        while ((task = ownTasks.poll()) != null) {
            reject(task);
        }
        openFiles.clear();
        ring.close();
        overListeners.forEach(this::runSafely);
        terminated.complete(null);
    }

    /**
     * Gives up on the ring. What is in flight is told so, and never released: the kernel may still write to its
     * memory. Never throws, and leaves nobody untold.
     */
    public void fail(Throwable cause) {
        if (failure != null || terminated.isDone()) {
            return;
        }
        // Nothing here takes memory, which may be what is short. What comes from now on waits until it is turned away.
        failure = cause;
        over = true;
        collapse.run(cause);
    }

    /** Logs that the ring has failed. */
    void logFailure(Throwable cause) {
        LOG.error("Ring " + name + " failed with " + inFlight.size() + " requests in flight; their memory is leaked",
                cause);
    }

    private void reject(Runnable task) {
        if (task instanceof LoopTask rejectable) {
            try {
                rejectable.rejected(rejection());
            } catch (Throwable t) {
                Complaint.REJECTION.log(t);
            }
        }
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

    @Override
    public String toString() {
        return "EventLoop(" + name + ")";
    }
}
