package io.github.reactoruring.cancellation;

import static io.github.reactoruring.testing.kernel.RawOperations.IORING_TIMEOUT_MULTISHOT;
import static io.github.reactoruring.testing.kernel.RawOperations.nop;
import static io.github.reactoruring.testing.kernel.RawOperations.timeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.github.reactoruring.Completion;
import io.github.reactoruring.UringCancelledException;
import io.github.reactoruring.UringException;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.ArmedRequests;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.kernel.RawPipe;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Removes and changes timers in flight. */
@NeedsUring
class TimeoutAmendmentTest {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration MILLISECOND = Duration.ofMillis(1);

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    private Probe<Completion> submit(Operation operation) {
        Probe<Completion> probe = Probe.idle();
        ring.get().raw().submit(operation).subscribe(probe);
        return probe.request(1);
    }

    private void assertErrno(Mono<Void> amendment, int errno) {
        assertThatThrownBy(amendment::block).cause().isInstanceOfSatisfying(UringException.class,
                error -> assertThat(error.errno()).isEqualTo(errno));
    }

    private static void assertPassed(Probe<Completion> timer) {
        assertThat(timer.awaitError(UringException.class).errno()).isEqualTo(Errno.ETIME);
    }

    @Test
    void removalEndsTheTimerAndTellsItsSource() {
        ArmedRequests armed = new ArmedRequests(ring.get()).timer(1).timer(2).await();

        ring.get().raw().timeoutRemove(1).block();

        assertThat(armed.awaitCancelled(1)).containsExactly(1L);
        armed.disposeOfTheRest();
    }

    @Test
    void removalOfWhatIsNotThereFails() {
        assertErrno(ring.get().raw().timeoutRemove(1), Errno.ENOENT);
    }

    @Test
    void removalFindsNothingButTimers() {
        try (RawPipe pipe = new RawPipe()) {
            ArmedRequests armed = new ArmedRequests(ring.get()).poll(1, pipe.source()).read(2, pipe.source()).await();

            assertErrno(ring.get().raw().timeoutRemove(1), Errno.ENOENT);
            assertErrno(ring.get().raw().timeoutRemove(2), Errno.ENOENT);
            assertThat(armed.ended()).isEmpty();
            armed.disposeOfTheRest();
        }
    }

    @Test
    void removalOfATimerThatHasPassedFails() {
        assertPassed(submit(timeout(MILLISECOND).userData(1)));

        assertErrno(ring.get().raw().timeoutRemove(1), Errno.ENOENT);
    }

    @Test
    void updateBringsATimerForward() {
        Probe<Completion> timer = submit(timeout(HOUR).userData(1));
        ring.awaitInFlight(1);

        ring.get().raw().timeoutUpdate(1, MILLISECOND).block();

        assertPassed(timer);
    }

    @Test
    void updatePutsATimerOff() {
        Probe<Completion> putOff = submit(timeout(Duration.ofMillis(200)).userData(1));
        ring.awaitInFlight(1);
        ring.get().raw().timeoutUpdate(1, HOUR).block();
        Probe<Completion> later = submit(timeout(Duration.ofMillis(250)));

        assertPassed(later);
        putOff.assertSilent();
        putOff.dispose();
        ring.awaitIdle();
    }

    @Test
    void updateOfAMultishotTimerSetsItsPeriod() {
        KernelUnderTest.assumeSince(6, 4, "multishot timer");
        Probe<Completion> ticks = Probe.idle();
        ring.get().raw().stream(timeout(HOUR).operationFlags(IORING_TIMEOUT_MULTISHOT).userData(1)).subscribe(ticks);
        ticks.request(10);
        ring.awaitInFlight(1);

        ring.get().raw().timeoutUpdate(1, MILLISECOND).block();

        Await.until("three ticks", () -> ticks.values().size() >= 3);
        assertThat(ticks.values()).allSatisfy(tick -> {
            assertThat(tick.result()).isEqualTo(-Errno.ETIME);
            assertThat(tick.more()).isTrue();
        });
        ring.get().raw().timeoutRemove(1).block();
        ticks.awaitError(UringCancelledException.class);
        ticks.assertRules();
    }

    @Test
    void updateOfWhatIsNotThereFails() {
        assertErrno(ring.get().raw().timeoutUpdate(1, MILLISECOND), Errno.ENOENT);
    }

    @Test
    void updateRefusesTimesInThePast() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ring.get().raw().timeoutUpdate(1, Duration.ofNanos(-1)))
                .withMessageContaining("delay must be zero or more");
    }

    @Test
    void aTimerMayCountCompletionsInstead() {
        Probe<Completion> counting = submit(timeout(HOUR).offset(3));
        ring.awaitInFlight(1);
        for (int i = 0; i < 3; i++) {
            ring.get().raw().submit(nop()).block();
        }

        assertThat(counting.awaitValues(1).values().getFirst().result()).isZero();
    }

    @Test
    void anAbsoluteTimeInThePastPassesAtOnce() {
        int absolute = 1;
        Probe<Completion> passed = submit(timeout(Duration.ofNanos(1)).operationFlags(absolute));

        assertThat(passed.awaitError(UringException.class).errno()).isEqualTo(Errno.ETIME);
    }

    @Test
    void timersPassInTheOrderOfTheirTimesWhateverThatOfTheirSubmission() {
        List<Long> order = Flux.just(80L, 40L, 1L)
                .flatMap(millis -> ring.get().timers().after(Duration.ofMillis(millis)).thenReturn(millis))
                .collectList().block();

        assertThat(order).containsExactly(1L, 40L, 80L);
    }

    @Test
    void anExplicitRemovalOfThousandsLeavesNone() {
        ArmedRequests armed = new ArmedRequests(ring.get());
        for (long i = 1; i <= 1000; i++) {
            armed.timer(i);
        }
        armed.await();
        Flux.range(1, 1000).flatMap(i -> ring.get().raw().timeoutRemove(i), 100).then().block();

        armed.awaitCancelled(1000);
        assertThat(armed.get(1).error()).isInstanceOf(UringCancelledException.class);
    }
}
