package io.github.reactoruring.cancellation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.testing.KernelSight;
import io.github.reactoruring.testing.KernelTrace;
import io.github.reactoruring.testing.NeedsTrace;
import io.github.reactoruring.testing.RawPipe;
import io.github.reactoruring.testing.TestUring;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

/** Shows by the kernel's trace that what Reactor's operators cancel, the kernel cancels. */
@NeedsTrace
class OperatorsReachTheKernelTest {

    private static final int POLLIN = 1;
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    private KernelTrace trace;
    private UringPipe pipe;

    @BeforeEach
    void start() {
        pipe = ring.get().files().pipe().block();
        ring.awaitIdle();
        trace = KernelTrace.start();
    }

    @AfterEach
    void endTrace() {
        trace.close();
    }

    private void assertCancelled(String opcode, int requests, int cancels) {
        ring.awaitIdle();
        KernelSight sight = trace.stop();
        assertThat(sight.submitted(opcode)).as("%s", sight).isEqualTo(requests);
        assertThat(sight.submitted("ASYNC_CANCEL")).as("%s", sight).isEqualTo(cancels);
        assertThat(sight.completed("ECANCELED")).as("%s", sight).isEqualTo(cancels);
        assertThat(sight.unfinished()).isEmpty();
    }

    @Test
    void timeoutCancels() {
        StepVerifier.create(pipe.source().read(1).timeout(Duration.ofMillis(300)))
                .expectError(TimeoutException.class).verify(DEADLINE);

        assertCancelled("READ", 1, 1);
    }

    @Test
    void takeCancels() {
        Flux<Long> ticks = ring.get().timers().interval(Duration.ofMillis(1));

        assertThat(ticks.take(3).collectList().block()).containsExactly(0L, 1L, 2L);

        assertCancelled("TIMEOUT", 1, 1);
    }

    @Test
    void takeUntilOtherOfAMonoCancels() {
        Sinks.Empty<Void> other = Sinks.empty();
        Mono<ByteBuffer> taken = pipe.source().read(1).takeUntilOther(other.asMono());

        StepVerifier.create(taken).then(() -> ring.awaitInFlight(1)).then(other::tryEmitEmpty)
                .expectComplete().verify(DEADLINE);

        assertCancelled("READ", 1, 1);
    }

    @Test
    void takeUntilOtherOfAFluxCancels() {
        try (RawPipe raw = new RawPipe()) {
            Sinks.Empty<Void> other = Sinks.empty();
            Flux<Integer> taken = ring.get().raw().pollMultishot(raw.source(), POLLIN).takeUntilOther(other.asMono());

            StepVerifier.create(taken).then(() -> ring.awaitInFlight(1)).then(other::tryEmitEmpty)
                    .expectComplete().verify(DEADLINE);

            assertCancelled("POLL_ADD", 1, 1);
        }
    }

    @Test
    void switchMapCancelsWhatItLeaves() {
        Flux<ByteBuffer> last = Flux.range(0, 10)
                .concatMap(i -> ring.get().raw().nop().thenReturn(i))
                .switchMap(i -> i < 9 ? pipe.source().read(1) : Mono.<ByteBuffer>empty());

        assertThat(last.collectList().block()).isEmpty();

        ring.awaitIdle();
        KernelSight sight = trace.stop();
        int dropped = (int) ring.get().stats().dropped();
        assertThat(sight.submitted("READ")).isEqualTo(9 - dropped);
        assertThat(sight.submitted("ASYNC_CANCEL")).isEqualTo(9 - dropped);
        assertThat(sight.completed("ECANCELED")).isEqualTo(9 - dropped);
    }

    @Test
    void firstCancelsTheOthers() {
        List<Mono<Object>> candidates = List.of(pipe.source().read(1).cast(Object.class),
                ring.get().timers().after(Duration.ofHours(1)).cast(Object.class),
                ring.get().timers().after(Duration.ofMillis(10)).cast(Object.class));

        assertThat(Mono.firstWithValue(candidates).block()).isEqualTo(0L);

        ring.awaitIdle();
        KernelSight sight = trace.stop();
        assertThat(sight.submitted("ASYNC_CANCEL")).isEqualTo(2);
        assertThat(sight.completed("ECANCELED")).isEqualTo(2);
        assertThat(sight.unfinished()).isEmpty();
    }

    @Test
    void anErrorOfOneCancelsTheOthersOfAZip() {
        Mono<?> zip = Mono.zip(pipe.source().read(1), ring.get().timers().after(Duration.ofMillis(10))
                .flatMap(zero -> Mono.error(new IllegalStateException("zipped"))));

        StepVerifier.create(zip).expectErrorMessage("zipped").verify(DEADLINE);

        assertCancelled("READ", 1, 1);
    }

    @Test
    void disposingOfASubscriptionCancels() {
        Disposable subscription = pipe.source().read(1).repeat(100).subscribe();
        ring.awaitInFlight(1);

        subscription.dispose();

        assertCancelled("READ", 1, 1);
    }
}
