package io.github.reactoruring.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

@NeedsUring
class UringMetricsTest {

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void showsWhatIsInFlightAndWhatCancellingCost() {
        KernelUnderTest.assume(RingFeature.CANCEL_ALL_FD_ANY);
        new UringMetrics(ring.get(), "test").bindTo(registry);
        UringPipe pipe = ring.get().files().pipe().block();
        List<Disposable> reads = IntStream.range(0, 50).mapToObj(i -> pipe.source().read(10).subscribe()).toList();
        ring.awaitInFlight(50);
        assertThat(registry.get("reactor.uring.in.flight").tag("name", "test").gauge().value()).isEqualTo(50);

        ring.get().batch(() -> reads.forEach(Disposable::dispose));
        ring.awaitIdle();

        assertThat(count("disposals")).isEqualTo(50);
        assertThat(count("cancel.sqes")).isEqualTo(1);
        assertThat(count("all.cancels")).isEqualTo(1);
        assertThat(count("sqes.saved")).isEqualTo(49);
        assertThat(count("cancelled")).isEqualTo(50);
        assertThat(count("stale.completions")).isZero();
        Mono.when(pipe.source().close(), pipe.sink().close()).block();
        assertThat(count("completions")).isEqualTo(count("submitted"));
    }

    @Test
    void describesEveryMeter() {
        new UringMetrics(ring.get(), "test").bindTo(registry);

        assertThat(registry.getMeters()).hasSize(17).extracting(Meter::getId).allSatisfy(id -> {
            assertThat(id.getName()).startsWith("reactor.uring.");
            assertThat(id.getDescription()).isNotBlank();
            assertThat(id.getBaseUnit()).isNotBlank();
        });
    }

    @Test
    void showsTheTimesOfTurnsWhereTheyAreTaken() {
        Uring timed = Uring.builder("timed").timings(true).build();
        try {
            new UringMetrics(timed, "timed").bindTo(registry);
            timed.raw().nop().block();

            assertThat(registry.getMeters()).hasSize(21).extracting(Meter::getId).allSatisfy(id -> {
                assertThat(id.getDescription()).isNotBlank();
                assertThat(id.getBaseUnit()).isNotBlank();
            });
            for (String name : List.of("turn", "mailbox.wait")) {
                FunctionTimer timer = registry.get("reactor.uring." + name).tag("name", "timed").functionTimer();
                TimeGauge longest = registry.get("reactor.uring." + name + ".max").timeGauge();
                // A turn counts when it is over, and others go on meanwhile.
                Await.until("the times of " + name, () -> timer.count() > 0
                        && longest.value(TimeUnit.NANOSECONDS) >= timer.mean(TimeUnit.NANOSECONDS)
                        && longest.value(TimeUnit.NANOSECONDS) <= timer.totalTime(TimeUnit.NANOSECONDS));
            }
        } finally {
            timed.disposeLater().block();
        }
    }

    private double count(String name) {
        return registry.get("reactor.uring." + name).functionCounter().count();
    }
}
