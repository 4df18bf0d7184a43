package io.github.reactoruring.cancellation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.reactoruring.Completion;
import io.github.reactoruring.UringCancelledException;
import io.github.reactoruring.UringException;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.raw.Cancel;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.DirectFifo;
import io.github.reactoruring.testing.kernel.Fifo;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.kernel.RawPipe;
import reactor.core.publisher.Mono;

/** Cancels requests that a kernel worker is running, which only a signal reaches. */
@NeedsUring
class RunningRequestCancelTest {

    private static final int ATTEMPTS = 5_000;
    private static final int O_WRONLY_O_CREAT = 1 | 64;

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    private RawPipe empty;
    private RawPipe sink;
    private Path fifo;

    /** Operations that no poll can wait for: a worker sleeps in each. */
    enum Blocking {
        SPLICE {
            @Override
            Operation operation(RunningRequestCancelTest test) {
                return Operation.of(Opcode.SPLICE).fd(test.sink.sink()).fileIndex(test.empty.source()).address(-1)
                        .offset(-1).length(16);
            }
        },
        OPENAT {
            @Override
            Operation operation(RunningRequestCancelTest test) {
                return DirectFifo.openat(test.fifo, O_WRONLY_O_CREAT, 0);
            }
        };

        abstract Operation operation(RunningRequestCancelTest test);
    }

    @BeforeEach
    void makePipes(@TempDir Path directory) throws Exception {
        empty = new RawPipe();
        sink = new RawPipe();
        fifo = Fifo.make(directory.resolve("fifo"));
    }

    @AfterEach
    void closePipes() {
        empty.close();
        sink.close();
    }

    private Probe<Completion> submit(Operation operation) {
        Probe<Completion> probe = Probe.idle();
        ring.get().raw().submit(operation).subscribe(probe);
        return probe.request(1);
    }

    /** Returns 0 or the negated errno. */
    private int cancel(Cancel cancel) {
        return ring.get().raw().cancel(cancel)
                .onErrorResume(UringException.class, error -> Mono.just(-error.errno()))
                .block();
    }

    @ParameterizedTest
    @EnumSource
    void endsByItselfAfterTheKernelSaidThatItIsRunning(Blocking blocking) {
        Map<Integer, Integer> answers = new TreeMap<>();
        for (int i = 0; i < ATTEMPTS && answers.getOrDefault(-Errno.EALREADY, 0) < 10; i++) {
            Probe<Completion> target = submit(blocking.operation(this).userData(7));
            ring.awaitInFlight(1);
            // A worker takes it up a moment later; found before that, it is cancelled at once.
            int answer = cancel(Cancel.userData(7));
            while (answer == -Errno.ENOENT && !target.isTerminated()) {
                // On its way from one list to the other; or ended by the signal that was meant for the one before.
                answer = cancel(Cancel.userData(7));
            }
            answers.merge(answer, 1, Integer::sum);
            assertThat(answer).isIn(0, -Errno.EALREADY, -Errno.ENOENT);

            UringCancelledException error = target.awaitError(UringCancelledException.class);
            assertThat(error.errno()).isIn(Errno.ECANCELED, Errno.EINTR, Errno.ERESTARTSYS);
            target.assertRules();
            ring.awaitIdle();
        }
        assertThat(answers).as("EALREADY among the answers").containsKey(-Errno.EALREADY);
    }

    @Test
    void explainsEalready() {
        for (int i = 0; i < ATTEMPTS; i++) {
            Probe<Completion> target = submit(Blocking.SPLICE.operation(this).userData(7));
            ring.awaitInFlight(1);
            Probe<Integer> cancel = Probe.idle();
            ring.get().raw().cancel(Cancel.userData(7)).subscribe(cancel);
            cancel.request(1).awaitEnd();
            target.awaitError(UringCancelledException.class);
            ring.awaitIdle();
            // ENOENT says that the worker had just let go of it.
            if (cancel.error() instanceof UringException refused && refused.errno() == Errno.EALREADY) {
                assertThat(refused).hasMessageContaining("failed with EALREADY")
                        .hasMessageContaining("ends by itself, and its own source tells how");
                return;
            }
        }
        throw new AssertionError("No cancel found its target running");
    }

    @Test
    void endsAllThatRunAlthoughTheKernelMiscountsThem() {
        KernelUnderTest.assume(RingFeature.CANCEL_ALL_FD_ANY);
        List<Probe<Completion>> targets = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            targets.add(submit(Blocking.SPLICE.operation(this)));
        }
        ring.awaitInFlight(16);

        // What runs is sent a signal and not counted; what is on its way to a worker is not found.
        Await.until("all to end", () -> {
            assertThat(cancel(Cancel.any())).isBetween(0, 17);
            return targets.stream().allMatch(Probe::isTerminated);
        });
        targets.forEach(target -> target.awaitError(UringCancelledException.class));
    }

    @Test
    void aDisposedOneIsSignalledUntilItEnds() {
        for (int i = 0; i < 50; i++) {
            Probe<Completion> target = submit(Blocking.OPENAT.operation(this));
            ring.awaitInFlight(1);
            target.dispose();
            ring.awaitIdle();
            target.assertSilent();
        }
    }

    @ParameterizedTest
    @EnumSource
    void isToldItsDeadlineThoughAWorkerSleepsInIt(Blocking blocking) {
        Probe<Completion> target = submit(blocking.operation(this).withDeadline(Duration.ofMillis(5)));

        target.awaitError(TimeoutException.class);
        ring.awaitIdle();
        target.assertRules();
    }
}
