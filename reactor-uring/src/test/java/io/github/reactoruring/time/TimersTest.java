package io.github.reactoruring.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.KernelSight;
import io.github.reactoruring.testing.kernel.KernelTrace;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsTrace;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@NeedsUring
class TimersTest {

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 1_000_000, 20_000_000})
    void firesNotBeforeItsTime(long nanos) {
        long start = System.nanoTime();

        assertThat(ring.get().timers().after(Duration.ofNanos(nanos)).block()).isZero();

        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(nanos);
    }

    @Test
    void aThousandTimersEachFireOnceAndNotBeforeTheirTime() {
        List<Integer> early = Flux.range(0, 1000).flatMap(i -> {
            long due = System.nanoTime() + Duration.ofMillis(i / 20).toNanos();
            return ring.get().timers().after(Duration.ofMillis(i / 20))
                    .mapNotNull(zero -> System.nanoTime() < due ? i : null);
        }, 1000).collectList().block();

        assertThat(early).isEmpty();
        assertThat(ring.get().stats().completed()).isEqualTo(1000);
    }

    @Test
    void ticksAreNumberedAndNotEarly() {
        long start = System.nanoTime();

        List<Long> ticks = ring.get().timers().interval(Duration.ofMillis(3)).take(5).collectList().block();

        assertThat(ticks).containsExactly(0L, 1L, 2L, 3L, 4L);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(15_000_000);
    }

    @Test
    @NeedsTrace
    void oneRequestMakesAllTicks() {
        KernelUnderTest.assumeSince(6, 4, "multishot timer");
        try (KernelTrace trace = KernelTrace.start()) {
            ring.get().timers().interval(Duration.ofMillis(1)).take(20).blockLast();
            ring.awaitIdle();

            KernelSight sight = trace.stop();
            assertThat(sight.submitted("TIMEOUT")).isEqualTo(1);
            assertThat(sight.completed("ETIME")).isGreaterThanOrEqualTo(20);
        }
    }

    @Test
    void ticksWithoutDemandAreSkippedAndTheNextNumberTellsHowMany() {
        Probe<Long> probe = Probe.idle();
        ring.get().timers().interval(Duration.ofMillis(2)).subscribe(probe);
        probe.request(1).awaitValues(1);

        // Some ten periods pass; a busy machine may give fewer ticks.
        ring.get().timers().after(Duration.ofMillis(24)).block();
        probe.request(1).awaitValues(2);
        probe.dispose();

        assertThat(probe.assertRules().values().get(0)).isZero();
        assertThat(probe.values().get(1)).as("1 is what a tick kept for later would say").isGreaterThan(1);
    }

    @Test
    void ticksOfACancelledIntervalEnd() {
        Probe<Long> probe = Probe.idle();
        ring.get().timers().interval(Duration.ofMillis(1)).subscribe(probe);
        probe.request(Long.MAX_VALUE);
        Await.until("three ticks", () -> probe.values().size() >= 3);

        probe.dispose();
        ring.awaitIdle();

        assertThat(probe.assertRules().isTerminated()).isFalse();
        assertThat(probe.values())
                .isEqualTo(IntStream.range(0, probe.values().size()).mapToObj(Long::valueOf).toList());
    }

    @Test
    void timersOfTheirOwnSubscribersAreIndependent() {
        Mono<Long> shared = ring.get().timers().after(Duration.ofMillis(1));

        assertThat(Flux.merge(shared, shared, shared).collectList().block()).hasSize(3);
        assertThat(ring.get().stats().submitted()).isEqualTo(3);
    }

    @Test
    void aTimeThatCannotBeIsRefusedAtAssembly() {
        Timers timers = ring.get().timers();
        assertThatThrownBy(() -> timers.after(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("delay");
        assertThatThrownBy(() -> timers.interval(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("period");
        assertThatThrownBy(() -> timers.interval(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theLongestTimesAreTaken() {
        Probe<Long> probe = Probe.idle();
        ring.get().timers().after(Duration.ofSeconds(Long.MAX_VALUE)).subscribe(probe);
        probe.request(1);
        ring.awaitInFlight(1);

        probe.dispose();
        ring.awaitIdle();

        probe.assertSilent();
    }
}
