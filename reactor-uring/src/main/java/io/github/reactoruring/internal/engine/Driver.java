package io.github.reactoruring.internal.engine;

import io.github.reactoruring.internal.loop.Turn;
import io.github.reactoruring.internal.loop.Waker;
import io.github.reactoruring.internal.ring.Ring;

/**
 * Runs the turns of loops: on threads of our own ({@link LoopThread}), or in an event loop of somebody else's.
 *
 * <p><b>Threads:</b> any; {@link Turn} itself belongs to the one thread the driver chooses for it.
 */
public interface Driver {

    /** Returns what has a turn of this ring run soon. */
    Waker waker(Ring ring);

    /**
     * Runs turns from now on, until the loop is over. Returns at once.
     *
     * @param afterwards is run then, once, by a thread that may take a millisecond for it
     */
    void drive(Turn turn, Runnable afterwards);
}
