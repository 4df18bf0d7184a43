package io.github.reactoruring.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.github.reactoruring.Completion;
import io.github.reactoruring.Uring;
import io.github.reactoruring.UringCancelledException;
import io.github.reactoruring.UringException;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.raw.Cancel;
import io.github.reactoruring.raw.Chain;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.kernel.RawPipe;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Runs what the guide's chapter on cancelling in full shows. */
@NeedsUring
class CancellingInFullTest {

    @RegisterExtension
    final TestUring testUring = TestUring.withDefaults();

    private Uring uring;
    private RawPipe pipe;
    private int fd;

    @BeforeEach
    void openPipe() {
        uring = testUring.get();
        pipe = new RawPipe();
        fd = pipe.source();
    }

    @AfterEach
    void closePipe() {
        testUring.awaitIdle();
        pipe.close();
    }

    private static Probe<Completion> start(Mono<Completion> mono) {
        Probe<Completion> probe = Probe.idle();
        mono.subscribe(probe);
        return probe.request(1);
    }

    @Test
    void aRequestIsCancelledByTheUserDataItWasGiven() {
        // snippet: cancel-user-data
        Operation read = Operation.of(Opcode.READ)
                .fd(fd)
                .offset(-1)
                .buffer(Arena.ofAuto().allocate(4096))
                .userData(42);
        Mono<Completion> reading = uring.raw().submit(read);

        Mono<Integer> cancelling = uring.raw().cancel(Cancel.userData(42));
        // end of snippet
        Probe<Completion> probe = start(reading);
        testUring.awaitInFlight(1);

        StepVerifier.create(cancelling).expectNext(0).verifyComplete();
        probe.awaitError(UringCancelledException.class);
    }

    @Test
    void aRequestTellsTheUserDataThatTheLibraryGaveIt() {
        Operation read = Operation.of(Opcode.READ).fd(fd).offset(-1).buffer(Arena.ofAuto().allocate(1));

        // snippet: cancel-staged
        AtomicLong name = new AtomicLong();
        Mono<Completion> reading = uring.raw().submit(read.onStaged(name::set));

        Mono<Integer> cancelling = Mono.defer(() -> uring.raw().cancel(Cancel.userData(name.get())));
        // end of snippet
        Probe<Completion> probe = start(reading);
        testUring.awaitInFlight(1);

        StepVerifier.create(cancelling).expectNext(0).verifyComplete();
        probe.awaitError(UringCancelledException.class);
    }

    @Test
    void allRequestsOnAFileAreCancelledAndCounted() {
        KernelUnderTest.assume(RingFeature.CANCEL_OP);
        Operation poll = Operation.of(Opcode.POLL_ADD).fd(fd).operationFlags(1);
        Probe<Completion> first = start(uring.raw().submit(poll));
        Probe<Completion> second = start(uring.raw().submit(poll));
        testUring.awaitInFlight(2);

        // snippet: cancel-fd-op
        Mono<Integer> found = uring.raw()
                .cancel(Cancel.fd(fd).andOpcode(Opcode.POLL_ADD).all());
        // end of snippet

        StepVerifier.create(found).expectNext(2).verifyComplete();
        first.awaitError(UringCancelledException.class);
        second.awaitError(UringCancelledException.class);
    }

    @Test
    void whatTheKernelDidNotDoIsAnError() {
        // snippet: cancel-errors
        Mono<Boolean> stopped = uring.raw().cancel(Cancel.userData(42))
                .thenReturn(true)
                .onErrorResume(UringException.class, error -> switch (error.errnoName()) {
                    case "ENOENT" -> Mono.just(true); // not found: it never came, or is about to complete
                    case "EALREADY" -> Mono.just(false); // it is running, and tells its end itself
                    default -> Mono.error(error);
                });
        // end of snippet

        StepVerifier.create(stopped).expectNext(true).verifyComplete();
    }

    @Test
    void aDeadlineIsTheKernels() {
        Operation read = Operation.of(Opcode.READ).fd(fd).offset(-1).buffer(Arena.ofAuto().allocate(1));

        // snippet: deadline
        Mono<Completion> soon = uring.raw()
                .submit(read.withDeadline(Duration.ofMillis(20)));
        // end of snippet

        StepVerifier.create(soon).verifyError(TimeoutException.class);
    }

    @Test
    void aChainStopsWhereItIsCancelled() {
        Operation poll = Operation.of(Opcode.POLL_ADD).fd(fd).operationFlags(1).userData(1);
        Operation read = Operation.of(Opcode.READ).fd(fd).offset(-1).buffer(Arena.ofAuto().allocate(1));

        // snippet: chain
        Mono<List<Completion>> both = uring.raw()
                .submit(Chain.of(poll).then(read));
        // end of snippet
        Probe<List<Completion>> probe = Probe.idle();
        both.subscribe(probe);
        probe.request(1);
        testUring.awaitInFlight(2);
        uring.raw().cancel(Cancel.userData(1)).block();

        assertThat(probe.awaitValues(1).values().getFirst()).extracting(Completion::result).containsExactly(-125, -125);
    }
}
