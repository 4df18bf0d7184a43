package io.github.reactoruring.internal.loop;

import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Hands mail from any thread to the owner, and knows whether the owner sleeps.
 *
 * <p>The wake-up is elided while the owner is awake. It publishes "parked", looks once more, then blocks; a producer
 * offers first and looks at "parked" second. One of the two sees the other, since a full fence stands between each
 * one's write and read: the queue's own last write is an ordered one when it grows, which a later read may overtake.
 */
final class Mailbox {

    private static final int CHUNK = 1024;

    private final MpscUnboundedAtomicArrayQueue<Mail> queue = new MpscUnboundedAtomicArrayQueue<>(CHUNK);
    /** The owner's own. Of a size that hardly ever has to grow: a disposal must not fail for want of memory. */
    private final ArrayDeque<Mail> own = new ArrayDeque<>(CHUNK);
    private final AtomicBoolean parked = new AtomicBoolean();
    private final @Nullable LongSupplier clock;
    /** When mail came into the empty mailbox, never 0; 0 if none has since the owner last looked. */
    private final AtomicLong waitingSince = new AtomicLong();
    private volatile boolean closed;

    /** Makes one that knows since when its mail waits, if it is given a clock. */
    Mailbox(@Nullable LongSupplier clock) {
        this.clock = clock;
    }

    /** Adds mail of another thread; returns true when the caller has to wake the owner. */
    boolean offer(Mail mail, Consumer<Mail> rejected) {
        if (closed) {
            rejected.accept(mail);
            return false;
        }
        if (clock != null) {
            // Before the offer: the owner may take it at once, and what is noted then would be of nothing.
            noteWaiting(clock);
        }
        queue.offer(mail);
        VarHandle.fullFence();
        if (closed) {
            // The owner has drained for the last time, or is about to see this: each takes one at a time.
            drainRejected(rejected);
            return false;
        }
        return parked.get() && parked.compareAndSet(true, false);
    }

    /** Adds mail of the owner's to itself; returns true when a turn has to be asked for, since it had announced to sleep. */
    boolean addOwn(Mail mail) {
        own.add(mail);
        return unparkOwn();
    }

    /** Says that there is something for the owner, by itself; true when a turn has to be asked for. */
    boolean unparkOwn() {
        return parked.get() && parked.compareAndSet(true, false);
    }

    /** Takes the owner's next to itself, or null. */
    @Nullable
    Mail pollOwn() {
        return own.poll();
    }

    /** Has {@code taker} take up to {@code limit} of others' mail, and about as much of the owner's own. */
    int drain(int limit, Consumer<Mail> taker) {
        int count = 0;
        Mail mail;
        while (count < limit && (mail = queue.poll()) != null) {
            taker.accept(mail);
            count++;
        }
        if (clock != null && count == limit && !queue.isEmpty()) {
            noteWaiting(clock);
        }
        while (count < 2 * limit && (mail = own.poll()) != null) {
            taker.accept(mail);
            count++;
        }
        return count;
    }

    /** Returns when the first of the mail that is there came, and forgets it; 0 if there is none, or no clock. */
    long takeWaitingSince() {
        return clock == null || queue.isEmpty() ? 0 : waitingSince.getAndSet(0);
    }

    private void noteWaiting(LongSupplier time) {
        if (waitingSince.getOpaque() == 0) {
            waitingSince.compareAndSet(0, time.getAsLong() | 1);
        }
    }

    boolean isEmpty() {
        return queue.isEmpty() && own.isEmpty();
    }

    /** Announces that the owner is going to sleep; false when there is something to do instead. */
    boolean park() {
        parked.set(true);
        if (isEmpty()) {
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
    void close(Consumer<Mail> rejected) {
        closed = true;
        drainRejected(rejected);
    }

    /** Tells nobody under the lock: who is told may wait for others, who wait for it. */
    private void drainRejected(Consumer<Mail> rejected) {
        Mail mail;
        while ((mail = poll()) != null) {
            rejected.accept(mail);
        }
    }

    private synchronized @Nullable Mail poll() {
        return queue.poll();
    }
}
