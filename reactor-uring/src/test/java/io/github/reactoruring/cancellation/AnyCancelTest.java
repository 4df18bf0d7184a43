package io.github.reactoruring.cancellation;

import static io.github.reactoruring.testing.kernel.RawOperations.IORING_POLL_ADD_MULTI;
import static io.github.reactoruring.testing.kernel.RawOperations.POLLIN;
import static io.github.reactoruring.testing.kernel.RawOperations.nop;
import static io.github.reactoruring.testing.kernel.RawOperations.poll;
import static io.github.reactoruring.testing.kernel.RawOperations.read;
import static io.github.reactoruring.testing.kernel.RawOperations.splice;
import static io.github.reactoruring.testing.kernel.RawOperations.timeout;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;

import io.github.reactoruring.Completion;
import io.github.reactoruring.Uring;
import io.github.reactoruring.UringCancelledException;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.raw.Cancel;
import io.github.reactoruring.raw.Chain;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.Fifo;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.kernel.RawPipe;

/** Cancels everything on the ring by an explicit ANY, and goes on using the ring. */
@NeedsUring
class AnyCancelTest {

    private static final Duration HOUR = Duration.ofHours(1);

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    private RawPipe empty;
    private RawPipe sink;
    private UringPipe pipe;
    private Path fifo;

    @BeforeEach
    void makePipes(@TempDir Path directory) throws Exception {
        KernelUnderTest.assume(RingFeature.CANCEL_ALL_FD_ANY);
        empty = new RawPipe();
        sink = new RawPipe();
        pipe = ring.get().files().pipe().block();
        fifo = Fifo.make(directory.resolve("fifo"));
    }

    @AfterEach
    void closePipes() {
        if (pipe != null) {
            pipe.source().close().block();
            pipe.sink().close().block();
            empty.close();
            sink.close();
        }
    }

    private static <T> Probe<T> start(Publisher<T> source) {
        Probe<T> probe = Probe.idle();
        source.subscribe(probe);
        return probe.request(1);
    }

    @Test
    void endsEverySourceOnTheRingWithACancellation() {
        Uring uring = ring.get();
        Map<String, Probe<?>> probes = new LinkedHashMap<>();
        probes.put("raw.poll", start(uring.raw().poll(empty.source(), POLLIN)));
        probes.put("raw.pollMultishot", start(uring.raw().pollMultishot(empty.source(), POLLIN)));
        probes.put("raw.submit", start(uring.raw().submit(read(empty.source(), 1))));
        probes.put("raw.submit with a deadline",
                start(uring.raw().submit(read(empty.source(), 1).withDeadline(HOUR))));
        probes.put("raw.stream",
                start(uring.raw().stream(poll(empty.source(), POLLIN).length(IORING_POLL_ADD_MULTI))));
        probes.put("raw.submit of a timer", start(uring.raw().submit(timeout(HOUR))));
        probes.put("timers.after", start(uring.timers().after(HOUR)));
        probes.put("timers.interval", start(uring.timers().interval(HOUR)));
        probes.put("file.read", start(pipe.source().read(1)));
        probes.put("file.read with a deadline", start(pipe.source().withDeadline(HOUR).read(1)));
        probes.put("files.read", start(uring.files().read(fifo)));
        Probe<List<Completion>> chain = start(uring.raw().submit(Chain.of(read(empty.source(), 1)).then(nop())));
        // The file to be read waits for a writer; two have a deadline's timer, one a link.
        ring.awaitInFlight(probes.size() + 4);

        assertThat(uring.raw().cancel(Cancel.any()).block()).isPositive();

        probes.forEach((name, probe) -> {
            assertThat(probe.awaitEnd().error()).as(name).isInstanceOf(UringCancelledException.class);
            probe.assertRules();
        });
        assertThat(chain.awaitValues(1).values().getFirst()).extracting(Completion::result)
                .containsExactly(-Errno.ECANCELED, -Errno.ECANCELED);
        ring.awaitIdle();
    }

    @Test
    void endsWhatAKernelWorkerRunsToo() {
        Probe<Completion> running = start(ring.get().raw().submit(splice(empty.source(), sink.sink(), 1)));
        ring.awaitInFlight(1);

        Await.until("the end", () -> {
            ring.get().raw().cancel(Cancel.any()).block();
            return running.isTerminated();
        });
        running.awaitError(UringCancelledException.class);
    }

    /** Before 6.13 a loop is woken through a poll of its own, which an ANY, or an OP, hits too. */
    @ParameterizedTest
    @ValueSource(strings = {"6.12", "6.6", "6.1", "5.19"})
    void theLoopIsWokenAsBefore(String kernel) {
        Uring uring = KernelUnderTest.build(Uring.builder("old"), kernel);
        try {
            for (int i = 0; i < 20; i++) {
                Probe<Completion> pending = start(uring.raw().submit(read(empty.source(), 1)));
                Await.until("a request in flight", () -> uring.stats().inFlight() == 1);

                assertThat(uring.raw().cancel(Cancel.any()).block()).as("the read and the loop's poll").isEqualTo(2);
                pending.awaitError(UringCancelledException.class);
                // This thread is another one: the loop sleeps until it is woken.
                uring.raw().nop().block(Duration.ofSeconds(10));
            }
            if (kernel.startsWith("6.") && !kernel.equals("6.1")) {
                assertThat(uring.raw().cancel(Cancel.opcode(Opcode.POLL_ADD).all()).block()).isEqualTo(1);
                uring.raw().nop().block(Duration.ofSeconds(10));
            }
            assertThat(uring.stats().staleCompletions()).isZero();
        } finally {
            uring.disposeLater().block();
        }
    }

    @Test
    void laterRequestsAreNotHit() {
        for (int i = 0; i < 100; i++) {
            Probe<Integer> cancel = start(ring.get().raw().cancel(Cancel.any()));
            Probe<Completion> later = start(ring.get().raw().submit(read(empty.source(), 1)));
            cancel.awaitEnd();
            // Staged behind the cancel, or in a later turn.
            ring.awaitInFlight(1);
            later.assertSilent();
            empty.write(i);
            later.awaitValues(1);
        }
    }

    @Test
    void aSourceDisposedOfInTheSameTurnIsSilent() {
        List<Probe<Completion>> disposed = new ArrayList<>();
        List<Probe<Completion>> others = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            disposed.add(start(ring.get().raw().submit(read(empty.source(), 1))));
            others.add(start(ring.get().raw().submit(read(empty.source(), 1))));
        }
        ring.awaitInFlight(100);

        List<Probe<Integer>> cancel = new ArrayList<>();
        ring.get().raw().nop().doOnSuccess(nothing -> {
            cancel.add(start(ring.get().raw().cancel(Cancel.any())));
            disposed.forEach(Probe::dispose);
        }).block();
        cancel.getFirst().awaitEnd();
        ring.awaitIdle();

        disposed.forEach(Probe::assertSilent);
        others.forEach(other -> other.awaitError(UringCancelledException.class));
    }

    @Test
    void disposalsFromAnotherThreadRaceIt() throws InterruptedException {
        for (int round = 0; round < 200; round++) {
            List<Probe<Completion>> disposed = new ArrayList<>();
            List<Probe<Completion>> others = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                disposed.add(start(ring.get().raw().submit(read(empty.source(), 1))));
                others.add(start(ring.get().raw().submit(read(empty.source(), 1))));
            }
            ring.awaitInFlight(20);
            Thread disposing = Thread.startVirtualThread(() -> disposed.forEach(Probe::dispose));
            Probe<Integer> cancel = start(ring.get().raw().cancel(Cancel.any()));
            disposing.join();
            cancel.awaitEnd();
            ring.awaitIdle();

            others.forEach(other -> other.awaitError(UringCancelledException.class));
            disposed.forEach(probe -> {
                probe.assertRules();
                assertThat(probe.values()).isEmpty();
                assertThat(probe.error()).satisfiesAnyOf(error -> assertThat(error).isNull(),
                        error -> assertThat(error).isInstanceOf(UringCancelledException.class));
            });
        }
    }

    @Test
    void openingsAndClosingsRaceIt() {
        for (int round = 0; round < 200; round++) {
            Probe<UringPipe> opening = start(ring.get().files().pipe());
            Probe<Integer> cancel = start(ring.get().raw().cancel(Cancel.any()));
            opening.awaitEnd();
            opening.values().forEach(made -> {
                Probe<Void> closing = start(made.source().close());
                start(ring.get().raw().cancel(Cancel.any()));
                closing.awaitEnd();
                made.sink().close().block();
            });
            cancel.awaitEnd();
        }
        ring.awaitIdle();
    }
}
