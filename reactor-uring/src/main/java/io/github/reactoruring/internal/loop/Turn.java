package io.github.reactoruring.internal.loop;

import java.util.ArrayList;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.sys.ErrnoException;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * The owner's side of a loop: drain the mailbox, stage cancels, stage requests, enter once, dispatch.
 *
 * <p>Cancels are staged before the turn's new requests: a cancel sees only earlier SQEs, so that one keyed by file
 * cannot hit a request that came after the plan.
 *
 * <p>Whoever drives it calls {@link #start()} and then either {@link #runOrWait()}, on a thread that has nothing else to do,
 * or, from an event loop with work of its own, {@link #run()} whenever the loop's waker asks for it, the kernel has
 * completions, or {@link #nanosToNextDue()} has passed; and {@link #prepareToSleep()} before it sleeps. A turn never throws:
 * what it cannot bear ends the ring.
 *
 * <p><b>Threads:</b> the one that called {@link #start()}.
 */
public final class Turn {

    private static final Logger LOG = Loggers.getLogger(EventLoop.class);

    private static final int MAIL_PER_TURN = 4096;
    private static final int COMPLETIONS_PER_TURN = 4096;
    /** After which time it is tried again what there was no memory for. */
    private static final long RETRY_NANOS = 10_000_000;

    private final EventLoop loop;
    private final Ring ring;
    private final Mailbox mailbox;
    private final LoopStats stats;
    private final @Nullable TurnTimer timer;
    private final InFlightTable inFlight = new InFlightTable();
    private final Submitter submitter;
    private final Canceller canceller;
    private final Dispatcher dispatcher;
    private final FileCloses fileCloses;
    private final StagedChains chains;
    private final EnterGuard enterGuard;
    /** Made once: a turn that has nothing to do takes no memory. */
    private final Consumer<Mail> taker = this::take;
    private final Collapse collapse;
    private @Nullable Shutdown shutdown;
    private final Overdue overdue;
    /** Whether all is done that closing takes. */
    private boolean finished;
    /** Whether those that were open were asked to close, and who keeps one open is waited for. */
    private boolean filesAsked;

    /**
     * Makes the turn of a loop.
     *
     * @param completionEntries the most requests in flight of those that end by themselves soon
     */
    public Turn(EventLoop loop, CancelPolicy policy, int completionEntries) {
        this(loop, policy, completionEntries, Submitter.MOST_REQUESTS);
    }

    /** Makes the turn of a loop that takes {@code mostRequests}, in flight and queued. */
    public Turn(EventLoop loop, CancelPolicy policy, int completionEntries, int mostRequests) {
        this.loop = loop;
        ring = loop.ring();
        mailbox = loop.mailbox();
        stats = loop.stats();
        timer = loop.timer();
        canceller = new Canceller(loop, inFlight, policy);
        dispatcher = new Dispatcher(ring, inFlight, stats);
        chains = new StagedChains(ring, inFlight, dispatcher::neverStarted);
        submitter = new Submitter(loop, inFlight, completionEntries, mostRequests, chains);
        fileCloses = new FileCloses(loop, inFlight, canceller, this::take);
        enterGuard = new EnterGuard(ring, stats);
        collapse = new Collapse(loop, submitter, inFlight);
        overdue = new Overdue(loop, submitter, inFlight);
        loop.intake(mail -> shutdown == null && mail instanceof Request request && submitter.takeOwn(request));
    }

    public EventLoop loop() {
        return loop;
    }

    // ---- For the driver

    /** Makes the calling thread the owner; false when the kernel refused, and the loop has failed. */
    public boolean start() {
        loop.ownedByThisThread();
        try {
            DisposalBatch.prepare();
            int result = ring.enable();
            if (result < 0) {
                fail(new ErrnoException(-result, "io_uring_register(ENABLE_RINGS)"));
            }
        } catch (Throwable t) {
            fail(t);
        }
        return !isOver();
    }

    /** Says whether the loop is closed, or has failed: there is nothing to run any more. */
    public boolean isOver() {
        return loop.isOver();
    }

    /** Runs what is there without blocking; returns the amount of work done. */
    public int run() {
        mailbox.unpark();
        return guarded(false);
    }

    /** As {@link #run()}; waits in the same enter for a completion or a wake-up when there is nothing to do. */
    public int runOrWait() {
        return guarded(true);
    }

    /**
     * Announces that the driver is going to sleep, and looks once more; false when there is something to run instead. From
     * here to the next turn the waker is called for what comes.
     */
    public boolean prepareToSleep() {
        return !isOver() && ring.staged() == 0 && park();
    }

    /** Returns for how long the driver may sleep at most, in nanoseconds; -1 for as long as nobody wakes it. */
    public long nanosToNextDue() {
        long now = ring.nanoTime();
        long wait = canceller.nanosToNextPursuit(now);
        if (loop.hasMissedClose()) {
            wait = wait < 0 ? RETRY_NANOS : Math.min(wait, RETRY_NANOS);
        }
        Shutdown closing = shutdown;
        return closing == null || overdue.hasBegun() ? wait : closing.limitWait(wait, now);
    }

    // ---- A turn

    private int guarded(boolean mayBlock) {
        if (isOver()) {
            return 0;
        }
        try {
            return timer == null ? turn(mayBlock) : timed(timer, mayBlock);
        } catch (Throwable t) {
            // A defect of ours, or there is no memory: nobody may be left waiting for it.
            fail(t);
            return 0;
        }
    }

    private int timed(TurnTimer watch, boolean mayBlock) {
        watch.begin();
        long since = mailbox.takeWaitingSince();
        if (since != 0) {
            watch.draining(since);
        }
        int work = turn(mayBlock);
        watch.end();
        return work;
    }

    private int turn(boolean mayBlock) {
        int work = mailbox.drain(MAIL_PER_TURN, taker);
        if (loop.takeMissedClose()) {
            fileCloses.closeMissed();
        }
        boolean wakeable = ring.armWake();
        canceller.stage();
        submitter.stage();
        overdue.tellWhoWasStaged();
        boolean block = mayBlock && wakeable && park();
        stats.inFlight.set(inFlight.size());
        boolean entered = enter(block);
        mailbox.unpark();
        work += dispatch(entered);
        Shutdown closing = shutdown;
        if (closing != null && !isOver()) {
            advance(closing);
        }
        return work;
    }

    private boolean park() {
        return nothingToDo() && mailbox.park();
    }

    /** Pending task work is no reason to stay awake: an enter that waits runs it first, and the kernel tells a driver. */
    private boolean nothingToDo() {
        return !canceller.hasUnstaged() && !submitter.canStage() && !ring.completionsReady() && !ring.overflowed()
                && (shutdown == null || hasWork() || filesAsked && !loop.openFiles().isEmpty());
    }

    // ---- Mail

    private void take(Mail mail) {
        try {
            // No switch: its first use takes memory.
            if (mail instanceof Request request) {
                take(request);
            } else if (mail instanceof LoopTask task) {
                Gate.run(task);
            } else if (mail instanceof OpenFile file) {
                fileCloses.close(file);
            } else if (mail instanceof DisposalBatch.Delivery delivery) {
                delivery.disposals().forEach(taker);
            } else if (mail instanceof Shutdown order) {
                beginClosing(order);
            } else {
                throw new IllegalArgumentException("Not for the mailbox: " + mail);
            }
        } catch (Throwable t) {
            Complaint.TASK.log(t);
        }
    }

    private void take(Request request) {
        if (request.isQueued()) {
            if (request.isDroppable()) {
                submitter.drop(request);
                return;
            }
            try {
                enqueue(request);
            } catch (Throwable t) {
                // No memory to queue it: it ends, for nobody would ever come back to it.
                request.rejectChain(t);
            }
        } else if (request.isToBeCancelled()) {
            canceller.add(request);
        }
    }

    private void enqueue(Request request) {
        if (shutdown != null && !request.survivesClosing()) {
            request.rejectChain(loop.rejection());
        } else {
            overdue.noteQueued(request);
            submitter.enqueue(request);
        }
    }

    // ---- The ring

    private boolean enter(boolean block) {
        if (ring.staged() == 0 && !block && !ring.taskWorkPending() && !ring.overflowed()) {
            return true;
        }
        boolean wait = block;
        if (ring.overflowed()) {
            // What was dispatched may have given work.
            wait = false;
            if (!flushOverflow()) {
                return !isOver();
            }
        }
        int offered = ring.staged();
        int result = wait ? sleep() : enterGuard.enter(false, -1);
        if (result < 0) {
            fail(new ErrnoException(-result, "io_uring_enter"));
            return false;
        }
        chains.taken(offered - ring.staged());
        return true;
    }

    private int sleep() {
        long nanos = nanosToNextDue();
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
        while (!isOver() && ring.overflowed()) {
            count += dispatcher.dispatch(COMPLETIONS_PER_TURN);
            if (count >= COMPLETIONS_PER_TURN) {
                return false;
            }
            flush();
            if (!isOver() && !ring.completionsReady()) {
                return false;
            }
        }
        return !isOver();
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

    private int dispatch(boolean entered) {
        int count = 0;
        boolean flushed = false;
        while (entered && !isOver()) {
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

    // ---- The end

    /** Drops what is queued and cancels what is in flight. */
    private void beginClosing(Shutdown order) {
        if (shutdown != null) {
            shutdown = shutdown.orSooner(order);
            return;
        }
        shutdown = order;
        try {
            submitter.rejectForClosing(loop.rejection());
            canceller.cancelEverything();
        } catch (OutOfMemoryError e) {
            // Half of them cancelled, and nobody would come back to the rest.
            fail(e);
        }
    }

    private boolean hasWork() {
        return inFlight.size() > 0 || submitter.canStage() || !mailbox.isEmpty();
    }

    private void advance(Shutdown closing) {
        if (!hasWork() && !closeFiles() && !hasWork()) {
            finish();
        } else if (!overdue.hasBegun() && closing.isPast(ring.nanoTime())) {
            // First, so that each of them is closing.
            closeFiles();
            overdue.begin();
        }
    }

    /** Starts to close the files that are still open; false when there is none. */
    private boolean closeFiles() {
        filesAsked = true;
        new ArrayList<>(loop.openFiles()).forEach(OpenFile::closeWithLoop);
        return !loop.openFiles().isEmpty();
    }

    /** Closes the ring: nothing is in flight any more. */
    private void finish() {
        loop.end();
        submitter.rejectAll(loop.rejection());
        mailbox.close(loop::reject);
        Mail own;
        while ((own = mailbox.pollOwn()) != null) {
            loop.reject(own);
        }
        loop.openFiles().clear();
        ring.close();
        loop.overListeners().forEach(Gate::over);
        finished = true;
        loop.terminated().complete(null);
        if (overdue.hasBegun()) {
            LOG.info("The ring {} is closed: what was in flight at its deadline has ended", loop.name());
        }
    }

    /**
     * Gives up on the ring. What is in flight is told so, and never released: the kernel may still write to its
     * memory. Never throws, and leaves nobody untold.
     */
    private void fail(Throwable cause) {
        if (loop.failure() == null && !finished) {
            loop.collapse(cause);
            collapse.run(cause);
        }
    }

    @Override
    public String toString() {
        return "Turn(" + loop.name() + ")";
    }
}
