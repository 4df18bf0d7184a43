package io.github.reactoruring.internal.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

class DrainTest {

    private final AtomicInteger steps = new AtomicInteger();

    @Test
    void askedByItsOwnStepItRunsOnceMoreAndNotWithin() {
        List<String> log = new ArrayList<>();
        Drain[] drain = new Drain[1];
        drain[0] = new Drain(() -> {
            log.add("begun");
            if (log.size() == 1) {
                drain[0].run();
                drain[0].run();
            }
            log.add("done");
        });

        drain[0].run();

        assertThat(log).containsExactly("begun", "done", "begun", "done");
    }

    @Test
    void whoeverAsksHasAStepBegunAfterwardsAndNoTwoAtOnce() throws Exception {
        int threads = 4;
        int asksEach = 50_000;
        AtomicInteger asked = new AtomicInteger();
        AtomicInteger seen = new AtomicInteger();
        AtomicInteger within = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        Drain drain = new Drain(() -> {
            if (within.incrementAndGet() != 1) {
                overlaps.incrementAndGet();
            }
            seen.set(asked.get());
            within.decrementAndGet();
        });
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> asking = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            asking.add(Thread.ofPlatform().start(() -> {
                try {
                    start.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                for (int n = 0; n < asksEach; n++) {
                    asked.incrementAndGet();
                    drain.run();
                }
            }));
        }
        start.countDown();
        for (Thread thread : asking) {
            thread.join();
        }

        assertThat(overlaps).hasValue(0);
        assertThat(seen).as("what the last step saw").hasValue(threads * asksEach);
    }

    @Test
    void aStepThatThrowsLeavesNothingDeaf() {
        Error fatal = new OutOfMemoryError("of the test");
        Drain drain = new Drain(() -> {
            if (steps.incrementAndGet() == 1) {
                throw fatal;
            }
        });

        assertThatThrownBy(drain::run).isSameAs(fatal);
        drain.run();

        assertThat(steps).hasValue(2);
    }

    @Test
    void whoeverAskedMeanwhileIsServedBeforeTheErrorIsThrown() {
        IllegalStateException first = new IllegalStateException("first");
        IllegalStateException second = new IllegalStateException("second");
        Drain[] drain = new Drain[1];
        drain[0] = new Drain(() -> {
            int step = steps.incrementAndGet();
            if (step < 3) {
                drain[0].run();
                throw step == 1 ? first : second;
            }
        });

        assertThatThrownBy(drain[0]::run).isSameAs(first).hasSuppressedException(second);

        assertThat(steps).hasValue(3);
    }
}
