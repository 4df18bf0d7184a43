package io.github.reactoruring.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.internal.loop.DisposalBatch;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.Turn;
import io.github.reactoruring.internal.ring.scripted.ArbitraryRing;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.buffers.TrackedBuffers;

/**
 * Answers all sources of the library with arbitrary completions: no turn fails, nobody is told twice, everybody is told
 * the end, and every buffer is released once. {@code -Dreactoruring.fuzz.seeds=N}, {@code -Dreactoruring.fuzz.seed=S}.
 */
@Tag("simulation")
class CompletionFuzzTest {

    private static final long SEEDS = Long.getLong("reactoruring.fuzz.seeds", 2_000);
    private static final long TIMEOUT_NANOS = 60_000_000_000L;
    private static final int STEPS = 60;
    private static final int MANY_TURNS = 20_000;
    private static final int REPORTED = 3;

    @Test
    void noCompletionWhateverItSaysFailsTheRingOrLosesASubscriber() {
        Long only = Long.getLong("reactoruring.fuzz.seed");
        LongStream seeds = only == null ? LongStream.range(0, SEEDS) : LongStream.of(only);
        Map<Long, List<String>> failures = new ConcurrentHashMap<>();
        AtomicLong answers = new AtomicLong();
        seeds.parallel().forEach(seed -> {
            if (failures.size() < REPORTED) {
                Run run = new Run(seed);
                List<String> faults = run.run();
                answers.addAndGet(run.ring.answers());
                if (!faults.isEmpty()) {
                    failures.put(seed, faults);
                }
            }
        });
        assertThat(failures).as("with -Dreactoruring.fuzz.seed=N").isEmpty();
        assertThat(answers.get()).as("completions").isPositive();
    }

    /** One seed's. */
    private static final class Run {

        private final Random random;
        private final ArbitraryRing ring;
        private final EventLoop loop;
        private final Turn owner;
        private final TrackedBuffers buffers = new TrackedBuffers();
        private final FuzzedSources sources;
        private final List<String> faults = Collections.synchronizedList(new ArrayList<>());
        private final List<SimulatedSubscriber<?>> subscribers = new ArrayList<>();

        Run(long seed) {
            random = new Random(seed * 31 + 5);
            ring = new ArbitraryRing(seed, 4 << random.nextInt(5));
            loop = new EventLoop("arbitrary", ring, ring::wake, random.nextBoolean());
            owner = new Turn(loop, random.nextBoolean() ? CancelPolicy.coalesce() : CancelPolicy.always(), 1024);
            owner.start();
            sources = new FuzzedSources(loop, buffers);
        }

        List<String> run() {
            try {
                for (int i = 0; i < STEPS && !owner.isOver(); i++) {
                    step(i);
                }
                end();
                check();
            } catch (Throwable t) {
                faults.add(t + " at " + List.of(t.getStackTrace()).subList(0, Math.min(6, t.getStackTrace().length)));
            }
            faults.addAll(ring.found());
            // Of Reactor's operators, usingWhen tells how the resource was given up after it was left, and others what was
            // thrown through them.
            faults.removeIf(fault -> fault.contains("after the disposal")
                    && (fault.startsWith("MonoUsingWhen") || fault.contains(Thrown.MESSAGE)));
            return faults;
        }

        private void step(int number) {
            switch (random.nextInt(6)) {
                case 0, 1 -> subscribe(number);
                case 2 -> onOne(subscriber -> subscriber.request(1 + random.nextInt(3)));
                case 3 -> {
                    if (random.nextInt(3) == 0) {
                        DisposalBatch.run(() -> subscribers.stream().filter(each -> random.nextInt(3) == 0)
                                .forEach(SimulatedSubscriber::dispose));
                    } else {
                        onOne(SimulatedSubscriber::dispose);
                    }
                }
                default -> owner.run();
            }
        }

        private void subscribe(int number) {
            int kind = random.nextInt(FuzzedSources.KINDS);
            Publisher<?> source = sources.make(kind, random);
            boolean throwing = random.nextInt(10) == 0;
            SimulatedSubscriber<Object> subscriber = new SimulatedSubscriber<>(
                    source + " of kind " + kind + " #" + number, faults,
                    () -> true, value -> {
                    });
            subscribers.add(subscriber);
            if (throwing) {
                subscriber.inNext(() -> {
                    subscriber.dispose();
                    throw new Thrown();
                });
            }
            source.subscribe(subscriber);
            subscriber.request(random.nextInt(4) == 0 ? Long.MAX_VALUE : 1 + random.nextInt(4));
        }

        private void onOne(java.util.function.Consumer<SimulatedSubscriber<?>> action) {
            if (!subscribers.isEmpty()) {
                action.accept(subscribers.get(random.nextInt(subscribers.size())));
            }
        }

        private void end() {
            loop.close(TIMEOUT_NANOS);
            ring.end();
            for (int i = 0; i < MANY_TURNS && !owner.isOver(); i++) {
                owner.run();
            }
            // What was handed to another thread may take longer.
            Await.until("it is over", () -> {
                owner.run();
                return owner.isOver();
            });
            for (SimulatedSubscriber<?> subscriber : subscribers) {
                if (!subscriber.isOver()) {
                    subscriber.request(Long.MAX_VALUE);
                }
            }
        }

        private void check() {
            expect(loop.failure() == null, "the loop failed: " + loop.failure());
            expect(ring.isClosed(), "the ring is open");
            for (SimulatedSubscriber<?> subscriber : subscribers) {
                expect(subscriber.isOver(), subscriber + " was never told the end");
            }
            try {
                buffers.close();
            } catch (AssertionError e) {
                faults.add(e.getMessage() + " by one of " + subscribers);
            }
        }

        private void expect(boolean holds, String otherwise) {
            if (!holds) {
                faults.add(otherwise);
            }
        }
    }
}
