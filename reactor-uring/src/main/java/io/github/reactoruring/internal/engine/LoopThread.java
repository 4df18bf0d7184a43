package io.github.reactoruring.internal.engine;

import io.github.reactoruring.internal.loop.EventLoop;
import reactor.core.scheduler.NonBlocking;

/** Owns a loop that nobody else drives. A {@link NonBlocking} thread: {@code block()} on it throws. */
public final class LoopThread extends Thread implements NonBlocking {

    private final EventLoop loop;

    public LoopThread(EventLoop loop, String name) {
        super(null, null, name, 0, false);
        this.loop = loop;
        setDaemon(true);
    }

    @Override
    public void run() {
        try {
            loop.start();
            while (!loop.isOver()) {
                loop.turn(true);
            }
        } catch (Throwable t) {
            // A turn that throws is a defect of ours, or there is no memory: nobody may be left waiting for it.
            loop.fail(t);
        }
    }
}
