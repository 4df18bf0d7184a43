package io.github.reactoruring.internal.source;

import org.reactivestreams.Subscriber;

import reactor.core.CoreSubscriber;
import reactor.util.context.Context;

/**
 * Calls subscribers: the only way from a source to one. What a subscriber throws is against Reactive Streams (rule 2.13);
 * it is logged, and goes no further.
 */
public final class Signals {

    private Signals() {
    }

    /** Emits {@code value}; false when the subscriber threw: it counts as gone, and its source has to cancel itself. */
    public static <T> boolean next(Subscriber<? super T> actual, T value) {
        try {
            actual.onNext(value);
            return true;
        } catch (Throwable t) {
            Faults.log("A subscriber threw from onNext: its source is cancelled", t);
            return false;
        }
    }

    /** Returns the subscriber's context; an empty one of a subscriber that throws, so that what has to be freed is. */
    public static Context context(CoreSubscriber<?> actual) {
        try {
            return actual.currentContext();
        } catch (Throwable t) {
            Faults.log("A subscriber threw from currentContext", t);
            return Context.empty();
        }
    }

    public static void complete(Subscriber<?> actual) {
        try {
            actual.onComplete();
        } catch (Throwable t) {
            Faults.log("A subscriber threw from onComplete", t);
        }
    }

    public static void error(Subscriber<?> actual, Throwable cause) {
        try {
            actual.onError(cause);
        } catch (Throwable t) {
            Faults.log("A subscriber threw from onError", t);
        }
    }
}
