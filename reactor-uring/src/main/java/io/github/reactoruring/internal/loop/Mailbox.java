package io.github.reactoruring.internal.loop;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

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
    private final @Nullable LongSupplier clock;
    /** When a task came into the empty mailbox, never 0; 0 if none has since the owner last looked. */
    private final AtomicLong waitingSince = new AtomicLong();
    private volatile boolean closed;

    /** Makes one that knows since when its tasks wait, if it is given a clock. */
    Mailbox(@Nullable LongSupplier clock) {
        this.clock = clock;
    }

    /** Adds a task; returns true when the caller has to wake the owner. */
    boolean offer(Runnable task, Consumer<Runnable> rejected) {
        if (closed) {
            rejected.accept(task);
            return false;
        }
        if (clock != null) {
            // Before the offer: the owner may take the task at once, and what is noted then would be of no task.
            noteWaiting(clock);
        }
        queue.offer(task);
        VarHandle.fullFence();
        if (closed) {
            // The owner has drained for the last time, or is about to see this: each takes one at a time.
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
        if (clock != null && count == limit && !queue.isEmpty()) {
            noteWaiting(clock);
        }
        return count;
    }

    /** Returns when the first of the tasks that are there came, and forgets it; 0 if there is none, or no clock. */
    long takeWaitingSince() {
        return clock == null || queue.isEmpty() ? 0 : waitingSince.getAndSet(0);
    }

    private void noteWaiting(LongSupplier time) {
        if (waitingSince.getOpaque() == 0) {
            waitingSince.compareAndSet(0, time.getAsLong() | 1);
        }
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

    /** Learns that the owner was to be woken and was not: it still sleeps. */
    void wakeFailed() {
        parked.set(true);
    }

    void unpark() {
        if (parked.get()) {
            parked.set(false);
        }
    }

    /** Turns away what is there and what still comes, on the thread of whoever offers it. */
    void close(Consumer<Runnable> rejected) {
        closed = true;
        drainRejected(rejected);
    }

    /** Tells nobody under the lock: who is told may wait for others, who wait for it. */
    private void drainRejected(Consumer<Runnable> rejected) {
        Runnable task;
        while ((task = poll()) != null) {
            rejected.accept(task);
        }
    }

    private synchronized @Nullable Runnable poll() {
        return queue.poll();
    }
}
