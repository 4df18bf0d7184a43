package io.github.reactoruring.internal.source;

import reactor.util.Logger;
import reactor.util.Loggers;

/** Logs what users' code threw where nobody is left to be told. */
public final class Faults {

    private static final Logger LOG = Loggers.getLogger(Faults.class);

    private Faults() {
    }

    /** Never throws itself: to log takes memory, and there may be none. */
    public static void log(String what, Throwable thrown) {
        try {
            LOG.error(what, thrown);
        } catch (Throwable again) {
            // Whoever threw has been dealt with.
        }
    }
}
