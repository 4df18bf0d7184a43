package io.github.reactoruring.architecture.broken.internal.source;

import org.reactivestreams.Subscriber;

/** Goes round the one place that calls subscribers. */
final class CallsASubscriber {

    private CallsASubscriber() {
    }

    static void emit(Subscriber<String> subscriber) {
        subscriber.onNext("value");
    }
}
