package io.github.reactoruring.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

import io.github.reactoruring.UringCancelledException;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/** Subscribes, and finds fault with every signal that the protocol, or its program, does not allow. */
final class SimulatedSubscriber<T> implements CoreSubscriber<T> {

    private final String name;
    private final List<String> faults;
    private final BooleanSupplier mayBeCancelled;
    private final Consumer<? super T> onEach;
    private @Nullable Subscription subscription;
    private long requested;
    private long received;
    private boolean disposed;
    private boolean requestedBeforeDisposal;
    private int terminals;
    private @Nullable Throwable error;
    /** What to do in the next onNext, as subscribers do. */
    private @Nullable Runnable inNext;
    private boolean throwing;

    SimulatedSubscriber(String name, List<String> faults, BooleanSupplier mayBeCancelled, Consumer<? super T> onEach) {
        this.name = name;
        this.faults = faults;
        this.mayBeCancelled = mayBeCancelled;
        this.onEach = onEach;
    }

    void request(long n) {
        if (subscription != null) {
            requested = Operators.addCap(requested, n);
            requestedBeforeDisposal |= !disposed;
            subscription.request(n);
        }
    }

    void dispose() {
        if (subscription != null) {
            disposed = true;
            subscription.cancel();
        }
    }

    /** Runs in the next onNext. */
    void inNext(Runnable action) {
        inNext = action;
    }

    /** Throws from the next signal, whichever that is: from onNext, it has left then. */
    void throwNext() {
        throwing = true;
    }

    /** Does and throws nothing any more. */
    void calm() {
        inNext = null;
        throwing = false;
    }

    private void maybeThrow(boolean leaves) {
        if (throwing) {
            throwing = false;
            disposed |= leaves;
            throw new Thrown();
        }
    }

    boolean isDisposed() {
        return disposed;
    }

    boolean isOver() {
        return disposed || terminals > 0;
    }

    boolean isComplete() {
        return terminals > 0 && error == null;
    }

    boolean wasRequestedBeforeDisposal() {
        return requestedBeforeDisposal;
    }

    long received() {
        return received;
    }

    @Override
    public void onSubscribe(Subscription given) {
        subscription = given;
    }

    @Override
    public void onNext(T value) {
        received++;
        check("onNext");
        if (received > requested) {
            fault("emitted " + received + " for " + requested + " requested");
        }
        onEach.accept(value);
        Runnable action = inNext;
        if (action != null) {
            inNext = null;
            action.run();
        }
        maybeThrow(true);
    }

    @Override
    public void onError(Throwable cause) {
        check("onError(" + cause + ")");
        terminals++;
        error = cause;
        if (cause instanceof UringCancelledException && !mayBeCancelled.getAsBoolean()) {
            fault("was cancelled, though nobody disposed of it");
        }
        maybeThrow(false);
    }

    @Override
    public void onComplete() {
        check("onComplete");
        terminals++;
        maybeThrow(false);
    }

    private void check(String signal) {
        if (disposed) {
            fault(signal + " after the disposal");
        }
        if (terminals > 0) {
            fault(signal + " after the end");
        }
    }

    void fault(String what) {
        faults.add(name + ": " + what);
    }

    static List<String> newFaults() {
        return new ArrayList<>();
    }

    @Override
    public String toString() {
        return name;
    }
}
