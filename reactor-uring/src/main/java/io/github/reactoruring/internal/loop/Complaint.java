package io.github.reactoruring.internal.loop;

import io.github.reactoruring.internal.sys.Errno;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * Logs what callbacks throw, and what the kernel answers that nobody waits for. Never throws itself: to log takes memory, of
 * which there may be none, and a logger is somebody else's code. Constants and not texts, since the first use of a literal
 * takes memory too.
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

    /** Tells of a completion whose request is over. */
    static void stale(long userData, int result) {
        try {
            LOG.warn("Ignored a completion for a request that is over: user_data=0x{}, result={}",
                    Long.toHexString(userData), result);
        } catch (Throwable t) {
            // It is counted all the same.
        }
    }

    static void refusedCancel(int errno) {
        try {
            if (LOG.isDebugEnabled()) {
                LOG.debug("A cancel was refused: {}", Errno.name(errno));
            }
        } catch (Throwable t) {
            // Its target is pursued all the same.
        }
    }
}
