package io.github.reactoruring.soak;

import java.util.concurrent.TimeUnit;

/** Lets users play, and stops them all between two acts. */
final class Stage {

    private boolean paused;
    private boolean closed;
    private int playing;

    /** Waits while it is paused; returns false when it is closed. */
    synchronized boolean enter() {
        while (paused && !closed) {
            try {
                wait();
            } catch (InterruptedException e) {
                return false;
            }
        }
        if (!closed) {
            playing++;
        }
        return !closed;
    }

    synchronized void leave() {
        playing--;
        notifyAll();
    }

    /** Lets nobody begin anything; returns false when somebody is still at it after {@code seconds}. */
    synchronized boolean pause(int seconds) throws InterruptedException {
        paused = true;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (playing > 0 && System.nanoTime() - end < 0) {
            wait(100);
        }
        return playing == 0;
    }

    synchronized void resume() {
        paused = false;
        notifyAll();
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
