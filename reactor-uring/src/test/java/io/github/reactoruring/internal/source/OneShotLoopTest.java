package io.github.reactoruring.internal.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;

import io.github.reactoruring.UringCancelledException;
import io.github.reactoruring.internal.facet.RingFiles;
import io.github.reactoruring.internal.facet.RingRaw;
import io.github.reactoruring.internal.facet.RingTimers;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.scripted.CheckedBuffers;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.source.read.ReadOnce;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.raw.Cancel;
import io.github.reactoruring.raw.Chain;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.ScriptedLoop;
import reactor.core.CoreSubscriber;
import reactor.test.subscriber.TestSubscriber;

/** Holds sources of one request to one end, and to silence after a disposal. */
@Tag("race")
class OneShotLoopTest {

    private static final long MILLISECOND = 1_000_000;

    @TempDir
    static Path directory;

    private final ScriptedLoop under = ScriptedLoop.open();
    private final CheckedBuffers buffers = new CheckedBuffers(under.ring());
    private final RingRaw raw = new RingRaw(under.loop());

    @AfterEach
    void close() {
        under.close();
        assertThat(buffers.openLeases()).isZero();
    }

    @Test
    void aReadThatDoesNotEndInTimeTimesOut() {
        TestSubscriber<CheckedBuffers.Buffer> read = readWithDeadline(5);
        under.turn();
        under.ring().advance(6 * MILLISECOND);
        under.turns(3);
        assertThat(read.expectTerminalError()).isInstanceOf(TimeoutException.class);
        assertThat(under.ring().kernel().inFlight()).isEmpty();
    }

    @Test
    void aReadThatIsCutOffItsDeadlineStillTimesOut() {
        // The kernel takes the read only: the timer comes without its head, and is refused.
        under.ring().takeAtMost(1);
        TestSubscriber<CheckedBuffers.Buffer> read = readWithDeadline(5);
        under.turns(4);
        assertThat(under.ring().kernel().inFlight()).extracting(KernelRequest::opcode)
                .containsExactlyInAnyOrder(IoUringAbi.IORING_OP_READ, IoUringAbi.IORING_OP_TIMEOUT);
        under.ring().advance(6 * MILLISECOND);
        under.turns(4);
        assertThat(read.expectTerminalError()).isInstanceOf(TimeoutException.class);
        assertThat(under.ring().kernel().inFlight()).isEmpty();
    }

    @Test
    void aReadThatIsCutOffItsDeadlineAndCancelledIsToldSoAtOnce() {
        under.ring().takeAtMost(1);
        TestSubscriber<CheckedBuffers.Buffer> read = readWithDeadline(5_000);
        under.turns(4);
        raw.cancel(Cancel.opcode(Opcode.READ).all()).subscribe();
        under.turns(4);
        assertThat(read.expectTerminalError()).isInstanceOf(UringCancelledException.class);
        assertThat(under.ring().kernel().inFlight()).as("the timer is not needed any more").isEmpty();
    }

    @Test
    void aReadThatIsCutOffItsDeadlineIsToldOfTheShutdown() {
        under.ring().takeAtMost(1, 2);
        TestSubscriber<CheckedBuffers.Buffer> read = readWithDeadline(5_000);
        under.turn();
        under.shutDown();
        assertThat(read.isTerminatedError()).isTrue();
    }

    @Test
    void anIntervalIsSilentOnceItWasDisposedOf() {
        Leaving leaving = new Leaving();
        new RingTimers(under.loop()).interval(Duration.ofMillis(1)).subscribe(leaving);
        under.turn();
        // Several ticks are on their way when it is disposed of in the first.
        under.ring().advance(5 * MILLISECOND);
        under.turns(3);
        assertThat(leaving.signals).containsExactly("onNext");
    }

    @Test
    void anIntervalOfSingleTimersGoesByTheRingsClock() {
        TestSubscriber<Long> subscriber = TestSubscriber.create();
        new RingTimers(under.loop()).interval(Duration.ofMillis(10)).subscribe(subscriber);
        under.turn();
        // As a kernel before 6.4 refuses a multishot timer.
        under.ring().kernel().complete(under.only(), -Errno.EINVAL, 0);
        under.turns(2);
        for (long tick = 0; tick < 3; tick++) {
            under.ring().advance(9 * MILLISECOND);
            under.turns(2);
            assertThat(subscriber.getReceivedOnNext()).hasSize((int) tick);
            under.ring().advance(MILLISECOND);
            under.turns(2);
            assertThat(subscriber.getReceivedOnNext()).endsWith(tick).hasSize((int) tick + 1);
        }
        subscriber.cancel();
    }

    @Test
    void aSubscriberThatLeavesWithItsValueHearsNothingMore() throws IOException {
        Path file = Files.createTempFile(directory, "left", "");
        int descriptor = under.descriptor();
        List<Publisher<?>> sources = List.of(
                new RingFiles(under::loop, () -> List.of(under.loop())).open(file),
                raw.submit(Chain.of(Operation.of(Opcode.NOP)).then(Operation.of(Opcode.NOP))),
                raw.poll(descriptor, 1), new RingTimers(under.loop()).after(Duration.ZERO));
        for (Publisher<?> source : sources) {
            Leaving leaving = new Leaving();
            source.subscribe(leaving);
            under.turn();
            under.ring().inFlight(IoUringAbi.IORING_OP_POLL_ADD)
                    .forEach(poll -> under.ring().kernel().complete(poll));
            under.turnUntil("the value", () -> !leaving.signals.isEmpty());
            under.turns(3);
            assertThat(leaving.signals).as(source.toString()).containsExactly("onNext");
        }
    }

    private TestSubscriber<CheckedBuffers.Buffer> readWithDeadline(long millis) {
        OpenFile file = under.openFile("pipe");
        TestSubscriber<CheckedBuffers.Buffer> read = TestSubscriber.create();
        OneShotMono.<CheckedBuffers.Buffer>create(under.loop(),
                (loop, actual) -> new ReadOnce<>(file, false, actual, 0, 64, buffers)
                        .withDeadline(Duration.ofMillis(millis)))
                .subscribe(read);
        return read;
    }

    /** Cancels in its onNext. */
    private static final class Leaving implements CoreSubscriber<Object> {

        private final List<String> signals = new ArrayList<>();
        private Subscription subscription;

        @Override
        public void onSubscribe(Subscription given) {
            subscription = given;
            given.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Object value) {
            signals.add("onNext");
            subscription.cancel();
        }

        @Override
        public void onError(Throwable error) {
            signals.add("onError");
        }

        @Override
        public void onComplete() {
            signals.add("onComplete");
        }
    }
}
