package io.github.reactoruring.internal.loop;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * Tells everybody that a closing ring is late, and lets it go on: what the kernel may still write to, and the numbers it may
 * still look up, are given back when it is done with them, be it after hours.
 *
 * <p>Invariant: from the deadline on nobody waits for the kernel. What cleans up is made all the same, be it asked for after the
 * deadline; whoever waits for it is told as soon as the kernel is about to have it, and so needs nothing of its owner's.
 *
 * <p><b>Threads:</b> owner only.
 */
final class Overdue {

    private static final Logger LOG = Loggers.getLogger(EventLoop.class);

    private final EventLoop loop;
    private final Submitter submitter;
    private final InFlightTable inFlight;
    private @Nullable IllegalStateException cause;
    /** What cleans up and is not staged yet: its owner may be what fills its SQE. */
    private List<Request> queued = new ArrayList<>();
    private List<Request> spare = new ArrayList<>();

    Overdue(EventLoop loop, Submitter submitter, InFlightTable inFlight) {
        this.loop = loop;
        this.submitter = submitter;
        this.inFlight = inFlight;
    }

    boolean hasBegun() {
        return cause != null;
    }

    /** Tells all that there are, once: those in flight, who waits for a file to be closed, and who waits for the ring. */
    void begin() {
        IllegalStateException late = new IllegalStateException("The ring " + loop.name() + " was closed with "
                + inFlight.size() + " requests still in flight at the deadline: their memory is kept until the kernel,"
                + " which may still write to it, has done with them");
        LOG.warn("{}", late.getMessage());
        cause = late;
        loop.overdue();
        submitter.forEachOwn(queued::add);
        inFlight.forEach(request -> request.giveUp(late));
        new ArrayList<>(loop.openFiles()).forEach(OpenFile::overdue);
        loop.terminated().completeExceptionally(late);
    }

    /** Takes note of what cleans up and comes after the deadline. */
    void noteQueued(Request request) {
        if (cause != null) {
            queued.add(request);
        }
    }

    /** Tells those that wait for what was staged since. */
    void tellWhoWasStaged() {
        IllegalStateException late = cause;
        if (late == null || queued.isEmpty()) {
            return;
        }
        List<Request> looked = queued;
        queued = spare;
        for (Request request : looked) {
            if (request.inFlight()) {
                request.giveUp(late);
            } else if (!request.isRetired()) {
                queued.add(request);
            }
        }
        looked.clear();
        spare = looked;
    }
}
