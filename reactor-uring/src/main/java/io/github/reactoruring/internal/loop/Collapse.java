package io.github.reactoruring.internal.loop;

import java.util.Iterator;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import io.github.reactoruring.internal.sys.Errno;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * Ends a ring that cannot go on, and tells everybody, whatever happens on the way: callbacks may throw, and the heap may
 * be full.
 *
 * <p>Invariants: what is to be told is taken off its list first, so that a step that failed may be made again, and nobody
 * is told twice. Until the mailbox is closed nobody but the owner tells anybody; what comes meanwhile waits in it. What those
 * who are told want of the loop comes last: one may ask again for ever.
 *
 * <p>Made together with its loop, when there was memory. <b>Threads:</b> owner only.
 */
final class Collapse {

    private static final long PAUSE_NANOS = 10_000_000;
    private static final int STEPS = 10;
    /** After a second of trying, what a step has not done is left: the next may be what gives memory back. */
    private static final int TRIES = 100;

    private static final Logger LOG = Loggers.getLogger(EventLoop.class);

    private final EventLoop loop;
    private final Submitter submitter;
    private final InFlightTable inFlight;
    private final Consumer<Mail> rejecter;
    private int slot;

    Collapse(EventLoop loop, Submitter submitter, InFlightTable inFlight) {
        this.loop = loop;
        this.submitter = submitter;
        this.inFlight = inFlight;
        rejecter = loop::reject;
        // Loaded now, with what a turn uses late: to load a class takes memory.
        Abandoned.load();
        Gate.load();
        Complaint.values();
        Errno.endedByCancel(0);
        LockSupport.unpark(null);
    }

    /** Tells all that there is; returns when it has. */
    void run(Throwable cause) {
        for (int step = 0; step < STEPS; step++) {
            int tries = 0;
            while (!isMade(step, cause) && ++tries < TRIES) {
                pause();
            }
        }
        rejectOwnMail();
        loop.collapsed();
    }

    private boolean isMade(int step, Throwable cause) {
        try {
            make(step, cause);
            return true;
        } catch (Throwable t) {
            // Most likely there is no memory: others may give some back.
            return false;
        }
    }

    private static void pause() {
        try {
            LockSupport.parkNanos(PAUSE_NANOS);
        } catch (Throwable t) {
            // On a thread that must not wait.
        }
    }

    private void make(int step, Throwable cause) {
        switch (step) {
            case 0 -> tellLog(cause);
            case 1 -> submitter.rejectAll(cause);
            case 2 -> loop.ring().abandon();
            case 3 -> failInFlight(cause);
            case 4 -> keepInFlight();
            case 5 -> loop.stats().abandon(inFlight.size());
            case 6 -> tellListeners();
            case 7 -> loop.mailbox().close(rejecter);
            case 8 -> loop.terminated().completeExceptionally(cause);
            // Last: closing waits for a filesystem to flush.
            default -> closeFiles();
        }
    }

    private void tellLog(Throwable cause) {
        try {
            LOG.error("Ring " + loop.name() + " failed with " + inFlight.size()
                    + " requests in flight; their memory is leaked", cause);
        } catch (Throwable t) {
            // The state says it, and so does each rejection.
        }
    }

    private void rejectOwnMail() {
        Mail mail;
        while ((mail = loop.mailbox().pollOwn()) != null) {
            loop.reject(mail);
        }
    }

    /** Tells those that were not disposed of. None is released: the kernel may still write to what it holds. */
    private void failInFlight(Throwable cause) {
        while (slot < inFlight.slots()) {
            Request request = inFlight.at(slot++);
            if (request != null) {
                if (!request.markRetired()) {
                    Gate.failed(request, cause);
                }
                if (!Opcodes.usesMemory(request.opcode())) {
                    inFlight.forget(request);
                }
            }
        }
    }

    /** Of a ring with nothing in flight that could write, nothing has to be kept: requests lead to all that users hold. */
    private void keepInFlight() {
        if (inFlight.size() > 0) {
            Abandoned.keep(inFlight);
        }
    }

    private void tellListeners() {
        while (!loop.overListeners().isEmpty()) {
            Gate.over(loop.overListeners().removeLast());
        }
    }

    private void closeFiles() {
        for (Iterator<OpenFile> files = loop.openFiles().iterator(); files.hasNext();) {
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
