package io.github.reactoruring.internal.loop;

import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * Keeps what the kernel may still use when a ring was given up, for as long as the JVM runs: the requests that were in
 * flight, and through them buffers and memory that the garbage collector would free as soon as nobody reached them.
 *
 * <p>A stack that is linked through the tables of requests, since a ring may fail for want of memory. <b>Threads:</b> any.
 */
final class Abandoned {

    private static final AtomicReference<@Nullable InFlightTable> NEWEST = new AtomicReference<>();

    private Abandoned() {
    }

    /** Has this class loaded. */
    static void load() {
        // By being called.
    }

    /** Keeps the requests in flight of a loop. Once for each. */
    static void keep(InFlightTable requests) {
        InFlightTable newest;
        do {
            newest = NEWEST.get();
            requests.abandonedBefore = newest;
        } while (!NEWEST.compareAndSet(newest, requests));
    }

    /** Says whether a request of {@code loop} is kept. */
    static boolean keeps(EventLoop loop) {
        for (InFlightTable kept = NEWEST.get(); kept != null; kept = kept.abandonedBefore) {
            if (kept.holdsOneOf(loop)) {
                return true;
            }
        }
        return false;
    }
}
