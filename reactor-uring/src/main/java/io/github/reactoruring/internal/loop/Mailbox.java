package io.github.reactoruring.internal.loop;

import java.lang.invoke.VarHandle;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;

/**
 * Hands tasks from any thread to the owner, and knows whether the owner sleeps.
 *
 * <p>The wake-up is elided while the owner is awake. It publishes "parked", looks once more, then blocks; a producer
 * offers first and looks at "parked" second. One of the two sees the other, since a full fence stands between each
 * one's write and read: the queue's own last write is an ordered one when it grows, which a later read may overtake.
 */
final class Mailbox {

    private static final int CHUNK = 1024;

    private final MpscUnboundedAtomicArrayQueue<Runnable> queue = new MpscUnboundedAtomicArrayQueue<>(CHUNK);
    private final AtomicBoolean parked = new AtomicBoolean();
    private volatile boolean closed;

    /** Adds a task; returns true when the caller has to wake the owner. */
    boolean offer(Runnable task, Consumer<Runnable> rejected) {
        queue.offer(task);
        VarHandle.fullFence();
        if (closed) {
            // The owner has drained for the last time, or is about to see this: both drain under the lock.
            drainRejected(rejected);
            return false;
        }
        return parked.get() && parked.compareAndSet(true, false);
    }

    /** Runs up to {@code limit} tasks. */
    int drain(int limit, Consumer<Runnable> runner) {
        int count = 0;
        Runnable task;
        while (count < limit && (task = queue.poll()) != null) {
            runner.accept(task);
            count++;
        }
        return count;
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** Announces that the owner is going to sleep; false when there is something to do instead. */
    boolean park() {
        parked.set(true);
        if (queue.isEmpty()) {
            return true;
        }
        parked.set(false);
        return false;
    }

    void unpark() {
        if (parked.get()) {
            parked.set(false);
        }
    }

    /** Turns away what is there and what still comes. */
    void close(Consumer<Runnable> rejected) {
        closed = true;
        drainRejected(rejected);
    }

    private synchronized void drainRejected(Consumer<Runnable> rejected) {
        Runnable task;
        while ((task = queue.poll()) != null) {
            rejected.accept(task);
        }
    }

    static RejectedExecutionException rejection(String loop) {
        return new RejectedExecutionException("The ring " + loop + " is closed: it was disposed of");
    }
}
