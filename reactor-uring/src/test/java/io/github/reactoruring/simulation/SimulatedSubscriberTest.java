package io.github.reactoruring.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;

import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.sys.Errno;

/** Holds that the simulation's witness finds fault with what is wrong, and with nothing else. */
@Tag("simulation")
class SimulatedSubscriberTest {

    private static final Subscription NO_SUBSCRIPTION = new Subscription() {
        @Override
        public void request(long n) {
        }

        @Override
        public void cancel() {
        }
    };

    private final List<String> faults = new ArrayList<>();
    private boolean mayBeCancelled;
    private final SimulatedSubscriber<Integer> subscriber = subscriber();

    private SimulatedSubscriber<Integer> subscriber() {
        SimulatedSubscriber<Integer> made = new SimulatedSubscriber<>("one", faults, () -> mayBeCancelled, value -> {
        });
        made.onSubscribe(NO_SUBSCRIPTION);
        return made;
    }

    @Test
    void findsNoFaultWithWhatIsAllowed() {
        subscriber.request(2);
        subscriber.onNext(1);
        subscriber.onNext(2);
        subscriber.onComplete();
        assertThat(faults).isEmpty();
    }

    @Test
    void findsMoreThanWasRequested() {
        subscriber.request(1);
        subscriber.onNext(1);
        subscriber.onNext(2);
        assertThat(faults).containsExactly("one: emitted 2 for 1 requested");
    }

    @Test
    void findsSignalsAfterTheDisposal() {
        subscriber.request(2);
        subscriber.dispose();
        subscriber.onNext(1);
        subscriber.onComplete();
        assertThat(faults).containsExactly("one: onNext after the disposal", "one: onComplete after the disposal");
    }

    @Test
    void findsASecondEnd() {
        subscriber.onComplete();
        subscriber.onError(new IllegalStateException("again"));
        assertThat(faults).singleElement().asString().contains("after the end");
    }

    @Test
    void findsACancellationThatNobodyAskedFor() {
        subscriber.onError(Errors.of(Errno.ECANCELED, "READ", null));
        assertThat(faults).singleElement().asString().contains("nobody disposed of it");
    }

    @Test
    void findsNoFaultWithACancellationThatWasAskedFor() {
        mayBeCancelled = true;
        subscriber.onError(Errors.of(Errno.ECANCELED, "READ", null));
        assertThat(faults).isEmpty();
    }
}
