package io.github.reactoruring.internal.loop;

import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * Keeps what the kernel may still use when a ring was given up, for as long as the JVM runs: the requests that were in
 * flight, and through them buffers and memory that the garbage collector would free as soon as nobody reached them.
 *
 * <p>A stack that is linked through the loops, since a ring may fail for want of memory. <b>Threads:</b> any.
 */
final class Abandoned {

    private static final AtomicReference<@Nullable EventLoop> NEWEST = new AtomicReference<>();

    private Abandoned() {
    }

    /** Has this class loaded. */
    static void load() {
        // By being called.
    }

    /** Keeps {@code loop}, with its table of requests in flight. Once for each. */
    static void keep(EventLoop loop) {
        EventLoop newest;
        do {
            newest = NEWEST.get();
            loop.abandonedBefore = newest;
        } while (!NEWEST.compareAndSet(newest, loop));
    }

    /** Says whether {@code loop} is kept. */
    static boolean keeps(EventLoop loop) {
        for (EventLoop kept = NEWEST.get(); kept != null; kept = kept.abandonedBefore) {
            if (kept == loop) {
                return true;
            }
        }
        return false;
    }
}
