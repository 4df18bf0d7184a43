package io.github.reactoruring.cancellation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.UringStats;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.KernelSight;
import io.github.reactoruring.testing.kernel.KernelTrace;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsTrace;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.kernel.RawPipe;
import reactor.core.Disposable;

/** Disposes of many requests at once, and asks the kernel what it took. */
@NeedsUring
class BatchDisposalTest {

    private static final int SUBMISSION_ENTRIES = 64;
    private static final int IOSQE_ASYNC = 16;

    @RegisterExtension
    final TestUring ring = TestUring.with(builder -> builder.submissionEntries(SUBMISSION_ENTRIES));

    private final AtomicInteger signals = new AtomicInteger();

    private Disposable read(UringPipe pipe) {
        return pipe.source().read(1).subscribe(value -> signals.incrementAndGet(), error -> signals.incrementAndGet(),
                signals::incrementAndGet);
    }

    private List<Disposable> pendingReads(UringPipe pipe, int count) {
        List<Disposable> reads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            reads.add(read(pipe));
        }
        ring.awaitInFlight(count);
        return reads;
    }

    private void close(UringPipe pipe) {
        pipe.source().close().block();
        pipe.sink().close().block();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 16, 64, 200})
    @NeedsTrace
    void takesOneCancelForAllReadsOfAPipe(int count) {
        KernelUnderTest.assume(RingFeature.CANCEL_ALL_FD_ANY);
        UringPipe pipe = ring.get().files().pipe().block();
        List<Disposable> reads = pendingReads(pipe, count);
        KernelSight report;
        try (KernelTrace trace = KernelTrace.start()) {
            ring.get().batch(() -> reads.forEach(Disposable::dispose));
            ring.awaitIdle();
            report = trace.stop();
        }

        assertThat(report.submitted("ASYNC_CANCEL")).isEqualTo(1);
        assertThat(report.cancels()).containsExactly(Map.entry("found " + count, 1));
        assertThat(signals).hasValue(0);
        close(pipe);
    }

    @Test
    void endsExactlyTheDisposedReadsAndFeedsTheOthers() {
        UringPipe pipe = ring.get().files().pipe().block();
        ConcurrentLinkedQueue<Byte> received = new ConcurrentLinkedQueue<>();
        List<Disposable> reads = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            reads.add(pipe.source().read(1).subscribe(buffer -> received.add(buffer.get(0))));
        }
        ring.awaitInFlight(300);
        Collections.shuffle(reads, new Random(1));

        ring.get().batch(() -> reads.subList(0, 100).forEach(Disposable::dispose));
        ring.awaitInFlight(200);
        byte[] sent = new byte[200];
        for (int i = 0; i < sent.length; i++) {
            sent[i] = (byte) i;
        }
        pipe.sink().write(ByteBuffer.wrap(sent)).block();
        ring.awaitIdle();

        BitSet seen = new BitSet();
        received.forEach(value -> seen.set(Byte.toUnsignedInt(value)));
        assertThat(received).hasSize(200);
        assertThat(seen.cardinality()).as("each byte once").isEqualTo(200);
        assertThat(ring.get().stats().cancelled()).isEqualTo(100);
        close(pipe);
    }

    @Test
    void losesNoCancelThatTheSubmissionQueueHasNoRoomFor() {
        UringPipe pipe = ring.get().files().pipe().block();
        List<Disposable> reads = pendingReads(pipe, 10 * SUBMISSION_ENTRIES);

        // All but one, so that no wide cancel is exact.
        ring.get().batch(() -> reads.subList(1, reads.size()).forEach(Disposable::dispose));
        ring.awaitInFlight(1);
        reads.getFirst().dispose();
        ring.awaitIdle();

        assertThat(ring.get().stats().cancelled()).isEqualTo(10 * SUBMISSION_ENTRIES);
        assertThat(signals).hasValue(0);
        close(pipe);
    }

    @Test
    void pursuesReadsThatTheKernelDoesNotFindAtOnce() {
        try (RawPipe pipe = new RawPipe()) {
            Disposable.Composite reads = ring.get().composite();
            Operation read = Operation.of(Opcode.READ).fd(pipe.source()).flags(IOSQE_ASYNC)
                    .buffer(java.lang.foreign.Arena.ofAuto().allocate(1));
            for (int i = 0; i < 1024; i++) {
                reads.add(ring.get().raw().submit(read).subscribe(value -> signals.incrementAndGet(),
                        error -> signals.incrementAndGet()));
            }
            ring.awaitInFlight(1024);

            reads.dispose();
            ring.awaitIdle();

            assertThat(signals).hasValue(0);
            UringStats stats = ring.get().stats();
            assertThat(stats.cancelled() + stats.lateCompletions()).isEqualTo(1024);
        }
    }

    @Test
    void makesNoSqeForWhatIsDisposedOfBeforeItsTurn() {
        UringPipe pipe = ring.get().files().pipe().block();
        UringStats before = ring.get().stats();

        ring.get().raw().nop().doOnSuccess(nothing -> {
            for (int i = 0; i < 50; i++) {
                read(pipe).dispose();
            }
        }).block();
        ring.get().raw().nop().block();

        UringStats after = ring.get().stats();
        assertThat(after.submitted() - before.submitted()).as("the two NOPs").isEqualTo(2);
        assertThat(after.dropped() - before.dropped()).isEqualTo(50);
        assertThat(after.cancelSqes()).isEqualTo(before.cancelSqes());
        close(pipe);
    }

    @Test
    void joinsDisposalsMadeOnTheRingsOwnThread() {
        KernelUnderTest.assume(RingFeature.CANCEL_ALL_FD_ANY);
        UringPipe pipe = ring.get().files().pipe().block();
        List<Disposable> reads = pendingReads(pipe, 100);
        UringStats before = ring.get().stats();

        ring.get().raw().nop().doOnSuccess(nothing -> reads.forEach(Disposable::dispose)).block();
        ring.awaitIdle();

        UringStats after = ring.get().stats();
        assertThat(after.cancelSqes() - before.cancelSqes()).isEqualTo(1);
        assertThat(after.allCancelSqes() - before.allCancelSqes()).isEqualTo(1);
        assertThat(after.sqesSaved() - before.sqesSaved()).isEqualTo(99);
        close(pipe);
    }

    @Test
    void deliversABatchOfSeveralFilesWithOneCancelForEach() {
        KernelUnderTest.assume(RingFeature.CANCEL_ALL_FD_ANY);
        List<UringPipe> pipes = new ArrayList<>();
        Disposable.Composite reads = ring.get().composite();
        for (int i = 0; i < 5; i++) {
            UringPipe pipe = ring.get().files().pipe().block();
            pipes.add(pipe);
            for (int k = 0; k < 10; k++) {
                reads.add(read(pipe));
            }
        }
        // One more read, kept, so that the opcode is no exact key.
        UringPipe kept = ring.get().files().pipe().block();
        Disposable survivor = read(kept);
        ring.awaitInFlight(51);
        UringStats before = ring.get().stats();

        reads.dispose();
        ring.awaitInFlight(1);

        assertThat(ring.get().stats().cancelSqes() - before.cancelSqes()).isEqualTo(5);
        assertThat(survivor.isDisposed()).isFalse();
        survivor.dispose();
        ring.awaitIdle();
        pipes.forEach(this::close);
        close(kept);
    }

    @Test
    void canBeDisposedOfFromManyThreads() throws InterruptedException {
        UringPipe pipe = ring.get().files().pipe().block();
        List<Disposable> reads = pendingReads(pipe, 400);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            List<Disposable> share = reads.subList(t * 100, t * 100 + 100);
            threads.add(Thread.startVirtualThread(() -> share.forEach(Disposable::dispose)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        ring.awaitIdle();

        assertThat(ring.get().stats().cancelled()).isEqualTo(400);
        assertThat(signals).hasValue(0);
        Await.until("all said to be disposed of", () -> reads.stream().allMatch(Disposable::isDisposed));
        close(pipe);
    }
}
