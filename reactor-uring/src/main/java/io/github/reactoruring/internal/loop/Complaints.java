package io.github.reactoruring.internal.loop;

import reactor.util.Logger;
import reactor.util.Loggers;

/** Logs what callbacks throw. Never throws itself: to log takes memory, and there may be none. */
final class Complaints {

    private static final Logger LOG = Loggers.getLogger(EventLoop.class);

    private Complaints() {
    }

    /** Has this class loaded. */
    static void load() {
        // By being called.
    }

    static void log(String what, Throwable thrown) {
        try {
            LOG.error(what, thrown);
        } catch (Throwable again) {
            // Whoever threw has been dealt with; there is nobody left to tell.
        }
    }
}
