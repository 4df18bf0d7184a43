package io.github.reactoruring.internal.engine;

import io.github.reactoruring.internal.loop.Turn;
import io.github.reactoruring.internal.loop.Waker;
import io.github.reactoruring.internal.ring.Ring;
import reactor.core.scheduler.NonBlocking;

/** Runs the turns of a loop that nobody else drives. A {@link NonBlocking} thread: {@code block()} on it throws. */
public final class LoopThread extends Thread implements NonBlocking {

    /** Gives each loop a daemon thread of its own, which has the loop's name and sleeps in the kernel. */
    public static final Driver DRIVER = new Driver() {
        @Override
        public Waker waker(Ring ring) {
            return ring::wake;
        }

        @Override
        public void drive(Turn turn, Runnable afterwards) {
            new LoopThread(turn, afterwards).start();
        }
    };

    private final Turn turn;
    private final Runnable afterwards;

    private LoopThread(Turn turn, Runnable afterwards) {
        super(null, null, turn.loop().name(), 0, false);
        this.turn = turn;
        this.afterwards = afterwards;
        setDaemon(true);
    }

    @Override
    public void run() {
        turn.start();
        while (!turn.isOver()) {
            turn.runOrWait();
        }
        afterwards.run();
    }
}
