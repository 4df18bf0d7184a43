package io.github.reactoruring.cancellation;

import static io.github.reactoruring.testing.kernel.RawOperations.IORING_TIMEOUT_ETIME_SUCCESS;
import static io.github.reactoruring.testing.kernel.RawOperations.nop;
import static io.github.reactoruring.testing.kernel.RawOperations.read;
import static io.github.reactoruring.testing.kernel.RawOperations.timeout;
import static io.github.reactoruring.testing.kernel.RawOperations.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.Completion;
import io.github.reactoruring.Uring;
import io.github.reactoruring.UringException;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.raw.Cancel;
import io.github.reactoruring.raw.Chain;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.DirectFifo;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.kernel.RawPipe;
import io.github.reactoruring.testing.process.Descriptors;
import reactor.core.publisher.Mono;

/** Links requests, and cancels chains by their head, middle and tail. */
@NeedsUring
class ChainTest {

    private static final int SUBMISSION_ENTRIES = 16;
    private static final Duration HOUR = Duration.ofHours(1);

    @RegisterExtension
    final TestUring ring = TestUring.with(builder -> builder.submissionEntries(SUBMISSION_ENTRIES));

    private RawPipe pipe;
    private Path file;

    @BeforeEach
    void makeFiles(@TempDir Path directory) throws Exception {
        pipe = new RawPipe();
        file = Files.write(directory.resolve("file"), new byte[]{1, 2, 3});
    }

    @AfterEach
    void closePipe() {
        pipe.close();
    }

    private static Chain chain(int length, IntFunction<Operation> operation) {
        Chain chain = Chain.of(operation.apply(0));
        for (int i = 1; i < length; i++) {
            chain = chain.then(operation.apply(i));
        }
        return chain;
    }

    private List<Integer> results(Chain chain) {
        return results(ring.get().raw().submit(chain).block());
    }

    private static List<Integer> results(List<Completion> completions) {
        return completions.stream().map(Completion::result).toList();
    }

    private Probe<List<Completion>> submit(Chain chain) {
        Probe<List<Completion>> probe = Probe.idle();
        ring.get().raw().submit(chain).subscribe(probe);
        return probe.request(1);
    }

    private int cancel(long userData) {
        return ring.get().raw().cancel(Cancel.userData(userData))
                .onErrorResume(UringException.class, error -> Mono.just(-error.errno())).block();
    }

    @Test
    void runsInOrderAndTellsEveryResult() {
        List<Completion> completions = ring.get().raw().submit(
                Chain.of(write(pipe.sink(), 5)).then(nop().userData(7)).then(read(pipe.source(), 5)).then(nop()))
                .block();

        assertThat(results(completions)).containsExactly(5, 0, 5, 0);
        assertThat(completions.get(1).userData()).isEqualTo(7);
    }

    @Test
    void runsAsOftenAsItIsSubscribedTo() {
        Mono<List<Completion>> chain = ring.get().raw().submit(Chain.of(nop()).then(nop()));

        assertThat(results(chain.block())).containsExactly(0, 0);
        assertThat(results(chain.block())).containsExactly(0, 0);
    }

    /** A kernel before 5.18 stops its submission at an SQE that it refuses: unless it is in a chain, which it goes on with. */
    @Test
    void theRestOfAChainBehindARefusedSqeNeverStarts() {
        Uring older = KernelUnderTest.build(Uring.builder("older"), "5.17");
        try {
            Operation refused = Operation.of(Opcode.FSYNC).fd(pipe.sink()).address(1);
            List<Completion> completions = older.raw()
                    .submit(Chain.of(nop()).then(refused).then(write(pipe.sink(), 5)).then(write(pipe.sink(), 5)))
                    .block();

            assertThat(results(completions)).containsExactly(-Errno.ECANCELED, -Errno.EINVAL, -Errno.ECANCELED,
                    -Errno.ECANCELED);
            Probe<Completion> read = Probe.idle();
            older.raw().submit(read(pipe.source(), 5)).subscribe(read);
            read.request(1);
            older.raw().nop().block();
            assertThat(read.isTerminated()).as("nothing was written").isFalse();
            read.dispose();
        } finally {
            older.disposeLater().block();
        }
    }

    @Test
    void aFailingHeadBreaksWhatIsBehindIt() {
        assertThat(results(Chain.of(read(1_000_000, 1)).then(nop()).then(nop())))
                .containsExactly(-Errno.EBADF, -Errno.ECANCELED, -Errno.ECANCELED);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void aFailingRequestBreaksOnlyWhatIsBehindIt(int failing) {
        List<Integer> results = results(chain(6, i -> i == failing ? read(1_000_000, 1) : nop()));

        assertThat(results).isEqualTo(IntStream.range(0, 6)
                .mapToObj(i -> i < failing ? 0 : i == failing ? -Errno.EBADF : -Errno.ECANCELED).toList());
    }

    @Test
    void aShortTransferBreaksTheChain() {
        int descriptor = ring.get().raw().submit(DirectFifo.openat(file, 0, 0)).block().result();
        assertThat(results(Chain.of(read(descriptor, 100).offset(0)).then(nop())))
                .containsExactly(3, -Errno.ECANCELED);
        close(descriptor);
    }

    @Test
    void thenAlwaysGoesOnAfterAFailure() {
        assertThat(results(Chain.of(read(1_000_000, 1)).thenAlways(nop()).then(nop())))
                .containsExactly(-Errno.EBADF, 0, 0);
        assertThat(results(Chain.of(timeout(Duration.ofMillis(1))).thenAlways(nop()).then(nop())))
                .containsExactly(-Errno.ETIME, 0, 0);
        assertThat(results(Chain.of(timeout(Duration.ofMillis(1))).thenAlways(timeout(Duration.ofMillis(1)))
                .thenAlways(nop()))).containsExactly(-Errno.ETIME, -Errno.ETIME, 0);
        assertThat(results(Chain.of(timeout(Duration.ofMillis(1))).thenAlways(timeout(Duration.ofMillis(1)))
                .then(nop()).thenAlways(nop()))).containsExactly(-Errno.ETIME, -Errno.ETIME, -Errno.ECANCELED,
                        -Errno.ECANCELED);
    }

    @Test
    void aTimerThatHasPassedBreaksTheChainUnlessItIsToldThatThisIsSuccess() {
        assertThat(results(Chain.of(timeout(Duration.ofMillis(1))).then(nop())))
                .containsExactly(-Errno.ETIME, -Errno.ECANCELED);
        assertThat(results(Chain.of(timeout(Duration.ofMillis(1)).operationFlags(IORING_TIMEOUT_ETIME_SUCCESS))
                .then(nop()))).containsExactly(-Errno.ETIME, 0);
    }

    @Test
    void twoChainsDoNotMindEachOther() {
        Probe<List<Completion>> pending = submit(Chain.of(read(pipe.source(), 1)).then(nop()));
        Probe<List<Completion>> failing = submit(Chain.of(read(1_000_000, 1)).then(nop()));

        assertThat(results(failing.awaitValues(1).values().getFirst()))
                .containsExactly(-Errno.EBADF, -Errno.ECANCELED);
        pending.assertSilent();
        pipe.write(1);
        assertThat(results(pending.awaitValues(1).values().getFirst())).containsExactly(1, 0);
    }

    @Test
    void theHeadIsFoundByItsUserDataAndTakesTheRestAlong() {
        Probe<List<Completion>> probe = submit(Chain.of(read(pipe.source(), 1).userData(1)).then(nop().userData(2))
                .then(nop().userData(3)));
        ring.awaitInFlight(3);

        assertThat(cancel(1)).isZero();
        assertThat(results(probe.awaitValues(1).values().getFirst()))
                .containsExactly(-Errno.ECANCELED, -Errno.ECANCELED, -Errno.ECANCELED);
    }

    @ParameterizedTest
    @ValueSource(longs = {2, 3})
    void whatWaitsInAChainIsNotFound(long waiting) {
        Probe<List<Completion>> probe = submit(Chain.of(read(pipe.source(), 1).userData(1)).then(nop().userData(2))
                .then(nop().userData(3)));
        ring.awaitInFlight(3);

        assertThat(cancel(waiting)).isEqualTo(-Errno.ENOENT);
        probe.assertSilent();
        pipe.write(1);
        assertThat(results(probe.awaitValues(1).values().getFirst())).containsExactly(1, 0, 0);
    }

    @Test
    void theMiddleIsFoundOnceItRuns() {
        Probe<List<Completion>> probe = submit(Chain.of(nop().userData(1)).then(read(pipe.source(), 1).userData(2))
                .then(nop().userData(3)));
        ring.awaitInFlight(2);

        assertThat(cancel(1)).as("over").isEqualTo(-Errno.ENOENT);
        assertThat(cancel(3)).as("waits").isEqualTo(-Errno.ENOENT);
        assertThat(cancel(2)).isZero();
        assertThat(results(probe.awaitValues(1).values().getFirst()))
                .containsExactly(0, -Errno.ECANCELED, -Errno.ECANCELED);
    }

    @Test
    void theTailIsFoundOnceItRuns() {
        Probe<List<Completion>> probe = submit(Chain.of(nop()).then(nop()).then(read(pipe.source(), 1).userData(3)));
        ring.awaitInFlight(1);

        assertThat(cancel(3)).isZero();
        assertThat(results(probe.awaitValues(1).values().getFirst())).containsExactly(0, 0, -Errno.ECANCELED);
    }

    @Test
    void whatIsTiedByThenAlwaysRunsThoughTheHeadWasCancelled() {
        Probe<List<Completion>> probe = submit(Chain.of(read(pipe.source(), 1).userData(1))
                .thenAlways(write(pipe.sink(), 3)).then(nop()));
        ring.awaitInFlight(3);

        assertThat(cancel(1)).isZero();
        assertThat(results(probe.awaitValues(1).values().getFirst())).containsExactly(-Errno.ECANCELED, 3, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void isDisposedOfWholeWhicheverRequestRuns(int running) {
        Probe<List<Completion>> probe = submit(chain(4, i -> i == running ? read(pipe.source(), 1) : nop()));
        ring.awaitInFlight(4 - running);

        probe.dispose();
        ring.awaitIdle();
        probe.assertSilent();
        pipe.write(9);
        assertThat(pipe.read()).as("a byte nobody took").isEqualTo(9);
    }

    @Test
    void isDisposedOfWholeThoughEachLinkIsHard() {
        // Each cancel starts the next.
        Probe<List<Completion>> probe = submit(Chain.of(timeout(HOUR)).thenAlways(timeout(HOUR))
                .thenAlways(read(pipe.source(), 1)).thenAlways(timeout(HOUR)));
        ring.awaitInFlight(4);

        probe.dispose();
        ring.awaitIdle();
        probe.assertSilent();
    }

    @Test
    void makesNoSqeWhenItIsDisposedOfBeforeItsTurn() {
        long before = ring.get().stats().submitted();
        ring.get().raw().nop().doOnSuccess(nothing -> submit(Chain.of(nop()).then(nop())).dispose()).block();
        ring.get().raw().nop().block();

        assertThat(ring.get().stats().submitted() - before).as("the two NOPs").isEqualTo(2);
        assertThat(ring.get().stats().dropped()).isEqualTo(1);
    }

    @Test
    void releasesTheMemoryOfEachRequestOnce() {
        AtomicInteger released = new AtomicInteger();
        Chain pending = Chain.of(read(pipe.source(), 1).onRelease(released::incrementAndGet))
                .then(nop().onRelease(released::incrementAndGet));
        Probe<List<Completion>> probe = submit(pending);
        ring.awaitInFlight(2);
        assertThat(released).hasValue(0);

        probe.dispose();
        ring.awaitIdle();
        assertThat(released).hasValue(2);
    }

    @Test
    void closesADescriptorThatArrivedBeforeTheDisposal() {
        Map<String, Integer> before = Descriptors.open();
        for (int i = 0; i < 20; i++) {
            Probe<List<Completion>> probe = submit(
                    Chain.of(DirectFifo.openat(file, 0, 0)).then(read(pipe.source(), 1)));
            ring.awaitInFlight(1);
            probe.dispose();
            ring.awaitIdle();
            probe.assertSilent();
        }
        Descriptors.awaitNoMoreThan(before);
    }

    @Test
    void closesADescriptorThatArrivesAfterTheDisposal() {
        Map<String, Integer> before = Descriptors.open();
        for (int i = 0; i < 20; i++) {
            Probe<List<Completion>> probe = Probe.idle();
            ring.get().raw().submit(Chain.of(nop())
                    .then(DirectFifo.openat(file, 0, 0).onStaged(userData -> probe.dispose()))).subscribe(probe);
            probe.request(1);
            ring.get().raw().nop().block();
            ring.awaitIdle();
            probe.assertSilent();
        }
        Descriptors.awaitNoMoreThan(before);
    }

    @Test
    void fillsTheSubmissionQueueToTheLastEntry() {
        assertThat(results(chain(SUBMISSION_ENTRIES, i -> nop()))).hasSize(SUBMISSION_ENTRIES).containsOnly(0);
    }

    @Test
    void thatDoesNotFitTheSubmissionQueueFailsAndSaysSo() {
        assertThatThrownBy(() -> results(chain(SUBMISSION_ENTRIES + 1, i -> nop())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("A chain of 17 requests does not fit the submission queue, which has 16");
    }

    @Test
    void waitsForRoomInTheSubmissionQueueRatherThanBeingCut() {
        List<Probe<List<Completion>>> probes = new ArrayList<>();
        ring.get().raw().nop().doOnSuccess(nothing -> {
            for (int i = 0; i < 10; i++) {
                probes.add(submit(chain(SUBMISSION_ENTRIES - 1, k -> nop())));
            }
        }).block();

        probes.forEach(probe -> assertThat(results(probe.awaitValues(1).values().getFirst())).containsOnly(0));
    }

    @Test
    void refusesTwoRequestsOfTheSameName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Chain.of(nop().userData(1)).then(nop()).then(nop().userData(1)))
                .withMessageContaining("have the user_data 1");
    }

    @Test
    void failsWhenANameIsTaken() {
        Probe<List<Completion>> first = submit(Chain.of(read(pipe.source(), 1).userData(5)).then(nop()));
        ring.awaitInFlight(2);

        assertThatThrownBy(() -> results(Chain.of(nop()).then(nop().userData(5))))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("user_data 5 is in flight already");
        first.dispose();
        ring.awaitIdle();
        assertThat(results(Chain.of(nop()).then(nop().userData(5)))).containsExactly(0, 0);
    }

    @Test
    void refusesDeadlinesInside() {
        assertThatIllegalArgumentException().isThrownBy(() -> Chain.of(nop().withDeadline(HOUR)))
                .withMessageContaining("use Mono.timeout on the chain");
        assertThatIllegalArgumentException().isThrownBy(() -> Chain.of(nop()).then(nop().withDeadline(HOUR)));
    }

    private void close(int descriptor) {
        ring.get().raw().submit(Operation.of(Opcode.CLOSE).fd(descriptor)).block();
    }
}
