package io.github.reactoruring.internal.spring.multipart;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/** Makes something of each part of a multipart body, one part after the other, each when it is asked for. */
abstract class EachPart<T> extends Emission<T> {

    private final CoreSubscriber<? super T> actual;
    private @Nullable Subscription upstream;
    /** A part was asked for, and is not over yet. */
    private boolean asked;

    EachPart(CoreSubscriber<? super T> actual) {
        super(actual);
        this.actual = actual;
    }

    /** Stops what is being made of the part at hand. */
    abstract void abandon();

    @Override
    public final void onSubscribe(Subscription subscription) {
        if (Operators.validate(upstream, subscription)) {
            upstream = subscription;
            actual.onSubscribe(this);
        }
    }

    @Override
    final void stop() {
        upstream().cancel();
        abandon();
    }

    final Subscription upstream() {
        return Objects.requireNonNull(upstream, "onSubscribe comes first");
    }

    /** Ends with an error, as soon as nobody is at it; the first one counts. */
    final void fail(Throwable error) {
        failWith(error);
        drain();
    }

    /** Ends with an error of whoever takes the parts' content: the events are not wanted any more. */
    final void abort(Throwable error) {
        upstream().cancel();
        fail(error);
    }

    // ---- For step()

    /** Asks for the next part, if somebody wants one; returns whether it did. */
    final boolean askForNext() {
        if (asked || !isRequested()) {
            return false;
        }
        asked = true;
        upstream().request(1);
        return true;
    }

    final void partIsOver() {
        asked = false;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.PARENT ? upstream : super.scanUnsafe(key);
    }
}
