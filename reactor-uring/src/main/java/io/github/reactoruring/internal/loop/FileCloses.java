package io.github.reactoruring.internal.loop;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * Closes files in the owner's turn: what is in flight on one is cancelled while its number still names it, and its CLOSE is
 * submitted when nothing is. <b>Threads:</b> owner only.
 */
final class FileCloses {

    private final EventLoop loop;
    private final InFlightTable inFlight;
    private final Canceller canceller;
    private final Consumer<Request> submitted;

    /** @param submitted takes a CLOSE as the turn takes what is submitted */
    FileCloses(EventLoop loop, InFlightTable inFlight, Canceller canceller, Consumer<Request> submitted) {
        this.loop = loop;
        this.inFlight = inFlight;
        this.canceller = canceller;
        this.submitted = submitted;
    }

    void close(OpenFile file) {
        cancelOn(file);
        if (file.isCloseDue()) {
            submitClose(file);
        }
    }

    private void cancelOn(OpenFile file) {
        int left = file.inFlight();
        for (int slot = 0; left > 0 && slot < inFlight.slots(); slot++) {
            Request request = inFlight.at(slot);
            if (request != null && request.uses(file)) {
                canceller.add(request);
                left--;
            }
        }
    }

    private void submitClose(OpenFile file) {
        CloseRequest request;
        try {
            // First, since it takes memory; and one that cannot be queued closes the file itself.
            request = new CloseRequest(file);
        } catch (OutOfMemoryError e) {
            // There may be some next turn.
            loop.missedClose();
            return;
        }
        file.closeTaken();
        request.markQueued();
        submitted.accept(request);
    }

    /** Closes files whose order to close there was no memory for. */
    void closeMissed() {
        loop.openFiles().forEach(file -> {
            if (file.isClosing()) {
                cancelOn(file);
            }
        });
        OpenFile due;
        while (!loop.hasMissedClose() && (due = firstDue()) != null) {
            submitClose(due);
        }
    }

    private @Nullable OpenFile firstDue() {
        for (OpenFile file : loop.openFiles()) {
            if (file.isCloseDue()) {
                return file;
            }
        }
        return null;
    }
}
