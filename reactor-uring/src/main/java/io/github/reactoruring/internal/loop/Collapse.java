package io.github.reactoruring.internal.loop;

import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import io.github.reactoruring.internal.sys.Errno;

/**
 * Ends a ring that cannot go on, and tells everybody, whatever happens on the way: callbacks may throw, and the heap may
 * be full.
 *
 * <p>Invariant: what is to be told is taken off its list first, so that a step that failed may be made again, and nobody
 * is told twice. Made together with its loop, when there was memory. <b>Threads:</b> owner only.
 */
final class Collapse {

    private static final long PAUSE_NANOS = 10_000_000;
    private static final int STEPS = 10;

    private final EventLoop loop;
    private final Submitter submitter;
    private final Mailbox mailbox;
    private final Queue<Runnable> ownTasks;
    private final InFlightTable inFlight;
    private final List<Runnable> overListeners;
    private final Set<OpenFile> openFiles;
    private final CompletableFuture<Void> terminated;
    private final Consumer<Runnable> reject;
    private int slot;

    Collapse(EventLoop loop, Submitter submitter, Mailbox mailbox, Queue<Runnable> ownTasks, InFlightTable inFlight,
            List<Runnable> overListeners, Set<OpenFile> openFiles, CompletableFuture<Void> terminated,
            Consumer<Runnable> reject) {
        this.loop = loop;
        this.submitter = submitter;
        this.mailbox = mailbox;
        this.ownTasks = ownTasks;
        this.inFlight = inFlight;
        this.overListeners = overListeners;
        this.openFiles = openFiles;
        this.terminated = terminated;
        this.reject = reject;
        // Loaded now, with what a turn uses late: to load a class takes memory.
        Abandoned.load();
        Complaint.values();
        Errno.endedByCancel(0);
        LockSupport.parkNanos(1);
    }

    /** Tells all that there is; returns when it has. */
    void run(Throwable cause) {
        int step = 0;
        while (step < STEPS) {
            try {
                make(step, cause);
                step++;
            } catch (Throwable t) {
                // Most likely there is no memory: others may give some back.
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void make(int step, Throwable cause) {
        switch (step) {
            case 0 -> Abandoned.keep(loop);
            case 1 -> tellLog(cause);
            case 2 -> submitter.rejectAll(cause);
            case 3 -> mailbox.close(reject);
            case 4 -> rejectOwnTasks();
            case 5 -> loop.ring().abandon();
            case 6 -> failInFlight(cause);
            case 7 -> tellListeners();
            case 8 -> terminated.completeExceptionally(cause);
            // Last: closing waits for a filesystem to flush.
            default -> closeFiles();
        }
    }

    private void tellLog(Throwable cause) {
        try {
            loop.logFailure(cause);
        } catch (Throwable t) {
            // The state says it, and so does each rejection.
        }
    }

    private void rejectOwnTasks() {
        Runnable task;
        while ((task = ownTasks.poll()) != null) {
            reject.accept(task);
        }
    }

    /** Tells those that were not disposed of. None is released: the kernel may still write to what it holds. */
    private void failInFlight(Throwable cause) {
        while (slot < inFlight.slots()) {
            Request request = inFlight.at(slot++);
            if (request != null && !request.markRetired()) {
                request.tellFailed(cause);
            }
        }
    }

    private void tellListeners() {
        while (!overListeners.isEmpty()) {
            Runnable listener = overListeners.removeLast();
            try {
                listener.run();
            } catch (Throwable t) {
                Complaint.LISTENER.log(t);
            }
        }
    }

    private void closeFiles() {
        for (Iterator<OpenFile> files = openFiles.iterator(); files.hasNext();) {
            OpenFile file = files.next();
            files.remove();
            try {
                file.closeAtOnce();
            } catch (Throwable t) {
                Complaint.CLOSE.log(t);
            }
        }
    }
}
