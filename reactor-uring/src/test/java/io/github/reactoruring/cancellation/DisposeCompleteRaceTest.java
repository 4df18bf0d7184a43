package io.github.reactoruring.cancellation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Subscription;

import io.github.reactoruring.UringStats;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.testing.NeedsUring;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.TrackedBuffers;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * Lets disposals race completions: each request ends once, by a value or by silence, never both, never neither. Rounds
 * come in groups, one disposed of by this thread while the ring completes it.
 *
 * <p>{@code -Dreactoruring.rounds=N} sets the number of rounds.
 */
@NeedsUring
@Tag("race")
class DisposeCompleteRaceTest {

    private static final int ROUNDS = Integer.getInteger("reactoruring.rounds", 200_000);
    private static final int GROUP = 100;

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    private final AtomicInteger values = new AtomicInteger();
    private final AtomicInteger completions = new AtomicInteger();
    private final AtomicInteger afterEnd = new AtomicInteger();
    private final AtomicInteger errors = new AtomicInteger();

    /** Notes what comes after the end, or after a disposal that was made on the same thread. */
    private final class Contender<T> implements CoreSubscriber<T> {

        private volatile Subscription subscription;
        private volatile boolean ended;

        @Override
        public void onSubscribe(Subscription given) {
            subscription = given;
            given.request(1);
        }

        @Override
        public void onNext(T value) {
            if (value instanceof TrackedBuffers.Buffer buffer) {
                buffer.release();
            }
            (ended ? afterEnd : values).incrementAndGet();
        }

        @Override
        public void onError(Throwable error) {
            (ended ? afterEnd : errors).incrementAndGet();
            ended = true;
        }

        @Override
        public void onComplete() {
            (ended ? afterEnd : completions).incrementAndGet();
            ended = true;
        }
    }

    private void race(int rounds, IntFunction<Mono<?>> source, Runnable afterGroup) {
        for (int done = 0; done < rounds; done += GROUP) {
            List<Contender<Object>> group = new ArrayList<>(GROUP);
            for (int i = 0; i < GROUP; i++) {
                Contender<Object> contender = new Contender<>();
                group.add(contender);
                @SuppressWarnings("unchecked")
                Mono<Object> mono = (Mono<Object>) source.apply(done + i);
                mono.subscribe(contender);
                if (i % 3 == 0) {
                    group.get(i / 2).subscription.cancel();
                }
            }
            afterGroup.run();
            group.forEach(contender -> contender.subscription.cancel());
        }
        // What was dropped in the mailbox is counted once the loop has come round.
        ring.get().raw().nop().block();
        ring.awaitIdle();
        UringStats stats = ring.get().stats();
        assertThat(stats.staleCompletions()).isZero();
        assertThat(afterEnd).as("signals after the end").hasValue(0);
        assertThat(errors).as("errors").hasValue(0);
        // Each request was dropped without an SQE, or got its final completion, which was delivered or discarded.
        assertThat(stats.submitted()).isEqualTo(stats.completed());
    }

    @Test
    void endsEachNopOnce() {
        long before = ring.get().stats().submitted() + ring.get().stats().dropped();
        race(ROUNDS, round -> ring.get().raw().nop(), () -> {
        });

        UringStats stats = ring.get().stats();
        assertThat(stats.submitted() + stats.dropped() - before).isEqualTo(ROUNDS + 1);
        assertThat(completions.get() + stats.cancelled() + stats.lateCompletions() + stats.dropped())
                .as("each ended one way: %s", stats).isEqualTo(ROUNDS);
    }

    @Test
    void endsEachPipeReadOnceAndLosesNoByteThatWasTaken() {
        UringPipe pipe = ring.get().files().pipe().block();
        try (TrackedBuffers buffers = new TrackedBuffers()) {
            ByteBuffer some = ByteBuffer.allocate(GROUP / 2);
            race(ROUNDS / 4, round -> pipe.source().read(1, buffers), () -> pipe.sink().write(some).block());
            buffers.awaitNothingLeft();
        }
        pipe.sink().close().block();
        pipe.source().close().block();
    }

    @Test
    void endsEachTimerOnce() {
        race(ROUNDS / 4, round -> ring.get().timers().after(Duration.ofNanos(round * 37L % 400_000)), () -> {
        });
    }
}
