package io.github.reactoruring.soak;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * A subscriber that behaves as its {@link Conduct} says, and holds its source to the rules: one signal at a time, no more
 * than was asked for, one end, nothing behind it, nothing once it has left. Its user waits for it, for a bounded time.
 *
 * @param <T> the values' type
 */
final class Witness<T> implements CoreSubscriber<T>, Disposable {

    private static final long LOOK_NANOS = 20_000_000;

    private final Ledger ledger;
    private final String name;
    private final Conduct conduct;
    private final Consumer<? super T> onValue;
    private final Context context;
    private final boolean reactors;
    private final Thread user = Thread.currentThread();
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicLong requested = new AtomicLong();
    private final AtomicInteger afterCancel = new AtomicInteger();
    private volatile @Nullable Subscription subscription;
    private volatile @Nullable Throwable error;
    private volatile @Nullable Thread cancelledBy;
    private volatile boolean completed;
    private volatile boolean left;
    private volatile long received;

    /** @param reactors whether the last operator is one of Reactor's, some of which emit their last value, and complete, once they are cancelled */
    Witness(Ledger ledger, String name, Conduct conduct, Context context, Consumer<? super T> onValue,
            boolean reactors) {
        this.ledger = ledger;
        this.name = name;
        this.conduct = conduct;
        this.context = context;
        this.onValue = onValue;
        this.reactors = reactors;
        ledger.opened(this);
    }

    @Override
    public Context currentContext() {
        return context;
    }

    @Override
    public void onSubscribe(Subscription given) {
        if (subscription != null) {
            violated("a second onSubscribe");
        }
        subscription = given;
        request(conduct.firstDemand());
    }

    void request(long n) {
        requested.accumulateAndGet(n, Operators::addCap);
        Subscription current = subscription;
        if (current == null) {
            violated("no onSubscribe");
        } else {
            current.request(n);
        }
    }

    @Override
    public void onNext(T value) {
        enter("onNext");
        long number = received + 1;
        received = number;
        if (number > requested.get()) {
            violated("value " + number + " of " + requested + " requested");
        }
        try {
            onValue.accept(value);
        } catch (RuntimeException | AssertionError e) {
            violated("wrong value " + number + ": " + e);
        }
        if (number == conduct.leaveAt()) {
            dispose();
        }
        boolean throwing = number == conduct.throwAt();
        if (throwing) {
            left = true;
            ledger.ended(this, "threw at a value");
        }
        exit();
        if (throwing) {
            throw Thrown.sneaky(conduct.thrown());
        }
        if (!left && cancelledBy == null && conduct.firstDemand() != Long.MAX_VALUE && number >= requested.get()) {
            request(conduct.firstDemand());
        }
    }

    @Override
    public void onError(Throwable given) {
        enter("onError");
        error = given;
        end("failed");
    }

    @Override
    public void onComplete() {
        enter("onComplete");
        completed = true;
        end("completed");
    }

    private void end(String how) {
        ledger.ended(this, how);
        exit();
        if (conduct.throwsAtTheEnd()) {
            ledger.count("threw at the end");
            throw Thrown.sneaky(conduct.thrown());
        }
    }

    private void enter(String signal) {
        if (inside.getAndIncrement() != 0) {
            violated(signal + " while another signal was being delivered");
        }
        if (completed || error != null) {
            violated(signal + " after the end");
        }
        if (left) {
            violated(signal + " after it had thrown");
        }
        Thread canceller = cancelledBy;
        // One may be on its way while another thread cancels; none once the thread that brings them has.
        if (canceller != null && (afterCancel.incrementAndGet() > (reactors ? 2 : 1)
                || canceller == Thread.currentThread() && !reactors)) {
            violated(signal + " after the cancel");
        }
    }

    private void exit() {
        inside.decrementAndGet();
        LockSupport.unpark(user);
    }

    private void violated(String rule) {
        ledger.violated(name + ": " + rule + " " + this);
    }

    @Override
    public void dispose() {
        Subscription current = subscription;
        if (current != null) {
            current.cancel();
            cancelledBy = Thread.currentThread();
            ledger.ended(this, "cancelled");
        }
    }

    // ---- For its user

    /** Waits for the end, whichever; or does what the conduct says about leaving. */
    Witness<T> awaitEnd() {
        if (conduct.leaveAfterNanos() >= 0) {
            await("leaving", Duration.ofNanos(conduct.leaveAfterNanos()), this::isOver);
            if (!isOver()) {
                dispose();
            }
        }
        if (!await("the end", Scene.BOUND, this::isOver)) {
            violated("not ended within " + Scene.BOUND);
            dispose();
        }
        return this;
    }

    /** Waits for so many values, or for the end. */
    Witness<T> awaitValues(long count) {
        if (!await(count + " values", Scene.BOUND, () -> received >= count || isOver())) {
            violated("no " + count + " values within " + Scene.BOUND);
        }
        return this;
    }

    private static boolean await(String what, Duration most, BooleanSupplier condition) {
        long end = System.nanoTime() + most.toNanos();
        while (!condition.getAsBoolean()) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            LockSupport.parkNanos(what, Math.min(left, LOOK_NANOS));
        }
        return true;
    }

    /** Says whether it has ended, by whatever. */
    boolean isOver() {
        return completed || error != null || left || cancelledBy != null;
    }

    /** Says whether it was told that its source completed. */
    boolean isCompleted() {
        return completed;
    }

    long received() {
        return received;
    }

    @Nullable
    Throwable error() {
        return error;
    }

    /** Says that it should not have failed with this. */
    void failedWith(Throwable given) {
        violated(Thrown.told("failed with ", given));
    }

    @Override
    public String toString() {
        return name + "[" + received + " of " + requested + (completed ? ", completed" : "") + (left ? ", left" : "")
                + (cancelledBy != null ? ", cancelled" : "") + (error != null ? ", " + error : "") + ", " + conduct
                + "]";
    }
}
