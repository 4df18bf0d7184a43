package io.github.reactoruring.internal.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.internal.source.time.IntervalFlux;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.ScriptedLoop;
import reactor.core.CoreSubscriber;

/** Holds the owner's drain to its one end, whatever the subscriber or the source throws. */
@Tag("race")
class OwnerDrainTest {

    private final ScriptedLoop under = ScriptedLoop.open();

    @AfterEach
    void close() {
        under.close();
    }

    /** Emits one number after another, up to a limit, and notes what it is told. */
    private class Numbers extends OwnerDrain<Integer> {

        private final int count;
        private final List<String> told = new ArrayList<>();
        private int next;
        private int depth;
        private int deepest;

        Numbers(CoreSubscriber<? super Integer> actual, int count) {
            super(under.loop(), actual);
            this.count = count;
        }

        @Override
        protected void step() {
            deepest = Math.max(deepest, ++depth);
            try {
                while (wanted() && next < count) {
                    emit(next++);
                }
                if (next == count) {
                    complete();
                }
            } finally {
                depth--;
            }
        }

        @Override
        protected void stop() {
            told.add("stop");
        }

        @Override
        protected void free() {
            told.add("free");
        }
    }

    /** Fails wherever it can. */
    private final class Failing extends Numbers {

        Failing(CoreSubscriber<? super Integer> actual) {
            super(actual, 1);
        }

        @Override
        protected void step() {
            throw new IllegalStateException("step");
        }

        @Override
        protected void stop() {
            super.stop();
            throw new IllegalStateException("stop");
        }

        @Override
        protected void free() {
            super.free();
            throw new IllegalStateException("free");
        }
    }

    private Numbers subscribe(Probe<Integer> probe, int count) {
        Numbers source = new Numbers(probe, count);
        probe.onSubscribe(source);
        return source;
    }

    /** Makes a probe that does something with itself at each value. */
    private static Probe<Integer> doing(Consumer<Probe<Integer>> onValue) {
        AtomicReference<Probe<Integer>> self = new AtomicReference<>();
        Probe<Integer> probe = Probe.doing(value -> onValue.accept(self.get()));
        self.set(probe);
        return probe;
    }

    @Test
    void askingForMoreWithinOnNextMakesNoStepWithinAStep() {
        Probe<Integer> probe = doing(self -> self.request(1));
        Numbers source = subscribe(probe, 10_000);
        probe.request(1);
        under.turn();

        assertThat(probe.values()).hasSize(10_000);
        assertThat(source.deepest).isEqualTo(1);
        assertThat(probe.isCompleted()).isTrue();
        probe.assertRules();
    }

    @Test
    void itsEndIsToldOnce() {
        Probe<Integer> probe = Probe.idle();
        Numbers source = subscribe(probe, 1);
        probe.request(2);
        under.turn();
        source.fail(new IllegalStateException("late"));
        source.cancel();
        under.turn();

        assertThat(source.told).containsExactly("stop", "free");
        assertThat(probe.error()).isNull();
    }

    @Test
    void aSubscriberThatThrowsHasCancelled() {
        Probe<Integer> probe = doing(self -> {
            self.request(5);
            throw new IllegalStateException("a subscriber's own");
        });
        Numbers source = subscribe(probe, 3);
        probe.request(1);
        under.turn();
        probe.request(1);
        source.drain();
        under.turn();

        assertThat(probe.values()).containsExactly(0);
        assertThat(probe.isTerminated()).isFalse();
        assertThat(source.told).containsExactly("stop", "free");
        assertThat(source.scan(reactor.core.Scannable.Attr.CANCELLED)).isTrue();
    }

    @Test
    void aSubscriberThatLeavesAndThrowsIsTakenLeaveOfOnce() {
        Probe<Integer> probe = doing(self -> {
            self.dispose();
            throw new IllegalStateException("a subscriber's own");
        });
        Numbers source = subscribe(probe, 3);
        probe.request(3);
        under.turns(2);

        assertThat(probe.values()).containsExactly(0);
        assertThat(source.told).containsExactly("stop", "free");
    }

    @Test
    void aStepThatThrowsFailsTheSourceWhichIsStoppedAndFreedAllTheSame() {
        Probe<Integer> probe = Probe.idle();
        Numbers source = new Failing(probe);
        probe.onSubscribe(source);
        probe.request(1);
        under.turn();

        assertThat(probe.error()).isInstanceOf(IllegalStateException.class).hasMessage("step");
        assertThat(source.told).containsExactly("stop", "free");
    }

    @Test
    void whatASubscriberThrowsDoesNotComeOutOfRequestOnTheRingsThread() {
        Probe<Integer> rude = doing(self -> {
            throw new IllegalStateException("a subscriber's own");
        });
        subscribe(rude, 3);
        Probe<Integer> polite = doing(self -> rude.request(1));
        subscribe(polite, 2);
        polite.request(2);
        under.turn();

        assertThat(polite.isCompleted()).isTrue();
        assertThat(rude.values()).containsExactly(0);
    }

    @Test
    void anIntervalWhoseSubscriberThrowsLeavesNoTimer() {
        Probe<Long> probe = Probe.doing(tick -> {
            throw new IllegalStateException("a subscriber's own");
        });
        IntervalFlux.create(under.loop(), Duration.ofMillis(1)).subscribe(probe);
        probe.request(Long.MAX_VALUE);
        under.turnUntil("a tick", () -> !probe.values().isEmpty());
        under.spinUntil("nothing in flight", () -> under.ring().kernel().inFlight().isEmpty());

        assertThat(probe.values()).hasSize(1);
        assertThat(probe.isTerminated()).isFalse();
    }

    @Test
    void ofALoopThatIsOverItOnlyFreesWhatItHas() {
        Probe<Integer> probe = Probe.idle();
        Numbers source = subscribe(probe, 3);
        probe.request(1);
        under.turn();
        under.shutDown().join();
        probe.dispose();

        assertThat(source.told).containsExactly("free");
        assertThat(probe.error()).isNull();
    }

    @Test
    void demandThatComesAfterTheLoopsEndFailsIt() throws InterruptedException {
        Probe<Integer> probe = Probe.idle();
        Numbers source = subscribe(probe, 3);
        under.shutDown().join();
        Thread stranger = Thread.ofPlatform().start(() -> probe.request(1));
        stranger.join();

        assertThat(probe.error()).isInstanceOf(RejectedExecutionException.class);
        assertThat(source.told).containsExactly("stop", "free");
    }
}
