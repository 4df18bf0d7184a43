package io.github.reactoruring.internal.loop;

import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * Logs what callbacks throw. Never throws itself: to log takes memory, and there may be none. Constants and not texts, since
 * the first use of a literal takes memory too.
 */
enum Complaint {
    CALLBACK("A request's callback failed"),
    RELEASE("Releasing a request failed"),
    TASK("A task of a ring failed"),
    REJECTION("A task of a ring failed when it was turned away"),
    LISTENER("A listener to a ring's end failed"),
    CLOSE("A file did not close");

    /** The category of all that the loop logs. */
    private static final Logger LOG = Loggers.getLogger("io.github.reactoruring.internal.loop.EventLoop");

    private final String text;

    Complaint(String text) {
        this.text = text;
    }

    void log(Throwable thrown) {
        try {
            LOG.error(text, thrown);
        } catch (Throwable again) {
            // Whoever threw has been dealt with; there is nobody left to tell.
        }
    }
}
