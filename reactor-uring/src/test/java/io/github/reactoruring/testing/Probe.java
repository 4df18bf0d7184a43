package io.github.reactoruring.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * A subscriber that requests by hand, and notes what breaks the Reactive Streams rules: overlapping signals, more than
 * was asked for, anything after the end.
 *
 * @param <T> the values' type
 */
public final class Probe<T> implements CoreSubscriber<T>, Disposable, Scannable {

    private final List<T> values = new CopyOnWriteArrayList<>();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final List<String> violations = new CopyOnWriteArrayList<>();
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicLong requested = new AtomicLong();
    private final Context context;
    private final Consumer<? super T> onValue;
    private volatile @Nullable Subscription subscription;
    private volatile @Nullable Throwable error;
    private volatile boolean completed;
    private volatile boolean disposed;

    private Probe(Context context, Consumer<? super T> onValue) {
        this.context = context;
        this.onValue = onValue;
    }

    /** Makes a probe that has requested nothing. */
    public static <T> Probe<T> idle() {
        return new Probe<>(Context.empty(), value -> {
        });
    }

    /** Makes a probe that does something with each value, on the thread that brings it. */
    public static <T> Probe<T> doing(Consumer<? super T> onValue) {
        return new Probe<>(Context.empty(), onValue);
    }

    /** Makes a probe whose discard hook is {@code discard}. */
    public static <T> Probe<T> discarding(Consumer<Object> discard) {
        return new Probe<>(Operators.enableOnDiscard(Context.empty(), discard), value -> {
        });
    }

    /** Requests more. */
    public Probe<T> request(long n) {
        requested.accumulateAndGet(n, Operators::addCap);
        subscription().request(n);
        return this;
    }

    /** Requests without counting, so that illegal amounts can be tried. */
    public void requestUnchecked(long n) {
        subscription().request(n);
    }

    @Override
    public void dispose() {
        disposed = true;
        subscription().cancel();
    }

    @Override
    public boolean isDisposed() {
        return disposed;
    }

    /** Returns the source's subscription, to scan. */
    public Scannable scan() {
        return Scannable.from(subscription());
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.PARENT ? subscription : null;
    }

    private Subscription subscription() {
        Subscription current = subscription;
        assertThat(current).as("onSubscribe came").isNotNull();
        return current;
    }

    @Override
    public Context currentContext() {
        return context;
    }

    @Override
    public void onSubscribe(Subscription given) {
        if (subscription != null) {
            violations.add("second onSubscribe");
        }
        subscription = given;
    }

    @Override
    public void onNext(T value) {
        enter("onNext");
        values.add(value);
        if (values.size() > requested.get()) {
            violations.add("value " + values.size() + " of " + requested.get() + " requested");
        }
        onValue.accept(value);
        inside.decrementAndGet();
    }

    @Override
    public void onError(Throwable given) {
        enter("onError");
        error = given;
        inside.decrementAndGet();
    }

    @Override
    public void onComplete() {
        enter("onComplete");
        completed = true;
        inside.decrementAndGet();
    }

    private void enter(String signal) {
        threads.add(Thread.currentThread());
        if (inside.getAndIncrement() != 0) {
            violations.add(signal + " while another signal was being delivered");
        }
        if (isTerminated()) {
            violations.add(signal + " after the end");
        }
    }

    /** Returns what was emitted so far. */
    public List<T> values() {
        return values;
    }

    /** Returns the error, or null. */
    public @Nullable Throwable error() {
        return error;
    }

    public boolean isCompleted() {
        return completed;
    }

    public boolean isTerminated() {
        return completed || error != null;
    }

    /** Returns the threads that brought signals. */
    public Set<Thread> threads() {
        return threads;
    }

    /** Waits for {@code count} values. */
    public Probe<T> awaitValues(int count) {
        Await.until(count + " values", () -> values.size() >= count || isTerminated());
        assertThat(values).as("values, error %s", error).hasSize(count);
        return this;
    }

    /** Waits for the end, whichever. */
    public Probe<T> awaitEnd() {
        Await.until("the end", this::isTerminated);
        return this;
    }

    /** Waits for the end, which must be an error of this type. */
    public <E extends Throwable> E awaitError(Class<E> type) {
        awaitEnd();
        assertThat(error).isInstanceOf(type);
        return type.cast(error);
    }

    /** Fails if the source broke a rule. */
    public Probe<T> assertRules() {
        assertThat(violations).isEmpty();
        return this;
    }

    /** Fails if anything but onSubscribe came. */
    public Probe<T> assertSilent() {
        assertRules();
        assertThat(values).isEmpty();
        assertThat(error).isNull();
        assertThat(completed).isFalse();
        return this;
    }
}
