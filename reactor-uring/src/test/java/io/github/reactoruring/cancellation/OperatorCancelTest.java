package io.github.reactoruring.cancellation;

import static io.github.reactoruring.testing.kernel.RawOperations.POLLOUT;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Publisher;

import io.github.reactoruring.UringStats;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.KernelSight;
import io.github.reactoruring.testing.kernel.KernelTrace;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsTrace;
import io.github.reactoruring.testing.kernel.RawPipe;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.util.retry.Retry;

/** Lets Reactor's own operators lose interest, and asks the kernel whether it heard of it. */
@NeedsTrace
class OperatorCancelTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    private UringPipe pipe;
    private RawPipe raw;
    private KernelTrace trace;
    private VirtualTimeScheduler time;
    private long submittedBefore;

    @BeforeEach
    void startTrace() {
        time = VirtualTimeScheduler.getOrSet();
        pipe = ring.get().files().pipe().block();
        raw = new RawPipe();
        submittedBefore = ring.get().stats().submitted();
        trace = KernelTrace.start();
    }

    @AfterEach
    void closePipes() {
        VirtualTimeScheduler.reset();
        trace.close();
        raw.close();
        pipe.source().close().block();
        pipe.sink().close().block();
    }

    /** Checks that the kernel got {@code requests}, and that as many cancels as {@code cancelled} ended each its own. */
    private void assertCancelled(String opcode, int requests, int cancelled) {
        ring.awaitIdle();
        KernelSight sight = trace.stop();
        assertThat(sight.submitted(opcode)).as(sight.toString()).isEqualTo(requests);
        assertThat(sight.submitted("ASYNC_CANCEL")).as(sight.toString()).isEqualTo(cancelled);
        assertThat(sight.completed().getOrDefault("ECANCELED", 0)).as(sight.toString()).isEqualTo(cancelled);
        assertThat(sight.unfinished()).isEmpty();
        assertThat(sight.doubled()).isZero();
    }

    private static <T> Probe<T> start(Publisher<T> source) {
        Probe<T> probe = Probe.idle();
        source.subscribe(probe);
        return probe.request(100);
    }

    private void awaitSubmitted(int count) {
        Await.until(count + " submitted", () -> {
            UringStats stats = ring.get().stats();
            return stats.submitted() - submittedBefore == count && stats.inFlight() > 0;
        });
    }

    /** Lets a minute pass once the kernel has the request, {@code times} times. */
    private void passMinutes(int times) {
        for (int i = 1; i <= times; i++) {
            awaitSubmitted(i);
            time.advanceTimeBy(MINUTE);
        }
    }

    private Mono<ByteBuffer> read() {
        return pipe.source().read(1);
    }

    /** Ready at once, and whenever the pipe has been read from. */
    private Flux<Integer> writable() {
        return ring.get().raw().pollMultishot(raw.sink(), POLLOUT);
    }

    @Test
    void monoTimeout() {
        Probe<ByteBuffer> probe = start(read().timeout(MINUTE));
        passMinutes(1);

        probe.awaitError(TimeoutException.class);
        assertCancelled("READ", 1, 1);
    }

    @Test
    void monoTimeoutWithAFallback() {
        Probe<ByteBuffer> probe = start(read().timeout(MINUTE, Mono.just(ByteBuffer.allocate(0))));
        passMinutes(1);

        probe.awaitValues(1);
        assertCancelled("READ", 1, 1);
    }

    @Test
    void fluxTimeout() {
        Probe<Integer> probe = start(writable().timeout(MINUTE));
        probe.awaitValues(1);
        // The operator sets its clock after the value has been delivered.
        Await.until("the timeout", () -> {
            time.advanceTimeBy(MINUTE);
            return probe.isTerminated();
        });

        probe.awaitError(TimeoutException.class);
        assertCancelled("POLL_ADD", 1, 1);
    }

    @Test
    void take() {
        assertThat(start(writable().take(1)).awaitValues(1).awaitEnd().isCompleted()).isTrue();

        assertCancelled("POLL_ADD", 1, 1);
    }

    @Test
    void next() {
        start(writable().next()).awaitValues(1).awaitEnd();

        assertCancelled("POLL_ADD", 1, 1);
    }

    @Test
    void takeUntil() {
        start(writable().takeUntil(events -> true)).awaitValues(1).awaitEnd();

        assertCancelled("POLL_ADD", 1, 1);
    }

    @Test
    void takeUntilOther() {
        Sinks.Empty<Void> stop = Sinks.empty();
        Probe<ByteBuffer> probe = start(read().takeUntilOther(stop.asMono()));
        ring.awaitInFlight(1);
        stop.tryEmitEmpty();
        probe.awaitEnd();

        assertCancelled("READ", 1, 1);
    }

    @Test
    void switchMap() {
        Sinks.Many<Integer> outer = Sinks.many().unicast().onBackpressureBuffer();
        Probe<ByteBuffer> probe = start(outer.asFlux().switchMap(each -> read()));
        outer.tryEmitNext(1);
        ring.awaitInFlight(1);
        outer.tryEmitNext(2);
        // The first one gone, the second one there: one in flight again, after a completion.
        pipe.sink().write(ByteBuffer.wrap(new byte[]{1})).block();
        probe.awaitValues(1);
        outer.tryEmitComplete();
        probe.awaitEnd();

        assertCancelled("READ", 2, 1);
    }

    @Test
    void retry() {
        Probe<ByteBuffer> probe = start(read().timeout(MINUTE).retry(2));
        passMinutes(3);

        probe.awaitError(TimeoutException.class);
        assertCancelled("READ", 3, 3);
    }

    @Test
    void retryWhen() {
        Probe<ByteBuffer> probe = start(read().timeout(MINUTE).retryWhen(Retry.fixedDelay(2, MINUTE)));
        for (int attempt = 1; attempt <= 3; attempt++) {
            awaitSubmitted(attempt);
            // To the timeout, and then to the next attempt.
            time.advanceTimeBy(MINUTE);
            time.advanceTimeBy(MINUTE);
        }

        assertThat(probe.awaitEnd().error()).hasMessageContaining("Retries exhausted: 2/2");
        assertCancelled("READ", 3, 3);
    }

    @Test
    void firstWithValue() {
        Probe<ByteBuffer> probe = start(
                Mono.firstWithValue(read(), Mono.delay(MINUTE).thenReturn(ByteBuffer.allocate(0))));
        passMinutes(1);

        probe.awaitValues(1);
        assertCancelled("READ", 1, 1);
    }

    @Test
    void zipWithAnError() {
        Probe<?> probe = start(
                Mono.zip(read(), Mono.delay(MINUTE).then(Mono.error(new IllegalStateException("other")))));
        passMinutes(1);

        probe.awaitError(IllegalStateException.class);
        assertCancelled("READ", 1, 1);
    }

    @Test
    void usingWhen() {
        Probe<ByteBuffer> probe = start(Mono.usingWhen(Mono.just(pipe.source()), source -> source.read(1),
                source -> Mono.empty()).timeout(MINUTE));
        passMinutes(1);

        probe.awaitError(TimeoutException.class);
        assertCancelled("READ", 1, 1);
    }

    @Test
    void disposalOfManyInnerSourcesIsOneCancel() {
        Probe<ByteBuffer> probe = start(Flux.range(0, 64).flatMap(i -> read(), 64));
        ring.awaitInFlight(64);
        ring.get().batch(probe::dispose);
        ring.awaitIdle();

        KernelSight sight = trace.stop();
        assertThat(sight.submitted("READ")).isEqualTo(64);
        assertThat(sight.completed().get("ECANCELED")).isEqualTo(64);
        assertThat(sight.submitted("ASYNC_CANCEL"))
                .isEqualTo(KernelUnderTest.has(RingFeature.CANCEL_ALL_FD_ANY) ? 1 : 64);
    }
}
