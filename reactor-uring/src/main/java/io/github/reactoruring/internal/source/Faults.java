package io.github.reactoruring.internal.source;

import reactor.util.Logger;
import reactor.util.Loggers;

/** Logs what users' code threw where nobody is left to be told. */
public final class Faults {

    private static final Logger LOG = Loggers.getLogger(Faults.class);

    private Faults() {
    }

    /** Never throws itself: to log takes memory, of which there may be none, and a logger is somebody else's code. */
    public static void log(String what, Throwable thrown) {
        try {
            LOG.error(what, thrown);
        } catch (Throwable again) {
            // Whoever threw has been dealt with.
        }
    }

    /** Tells, where somebody looks for it, what nobody has to know. Never throws either. */
    public static void note(String what, Object about, Object detail) {
        try {
            if (LOG.isDebugEnabled()) {
                LOG.debug(what, about, detail);
            }
        } catch (Throwable t) {
            // Nobody has to know.
        }
    }
}
