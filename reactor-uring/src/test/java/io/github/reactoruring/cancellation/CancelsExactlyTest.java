package io.github.reactoruring.cancellation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.KernelSight;
import io.github.reactoruring.testing.kernel.KernelTrace;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsTrace;
import reactor.core.Disposable;

/** Asks the kernel's trace which requests a disposal ended, and by how many cancels. */
@NeedsTrace
class CancelsExactlyTest {

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    private KernelTrace trace;

    @BeforeEach
    void startTrace() {
        trace = KernelTrace.start();
    }

    @AfterEach
    void endTrace() {
        trace.close();
    }

    /** Waits until nothing is in flight, and returns a trace that is whole: each SQE has had its one final CQE. */
    private KernelSight whole() {
        ring.awaitIdle();
        KernelSight sight = trace.stop();
        assertThat(sight.lost()).isZero();
        assertThat(sight.doubled()).isZero();
        assertThat(sight.unfinished()).isEmpty();
        return sight;
    }

    @Test
    void cancelsOnlyTheDisposedRequestsAndTheOthersGetEachByteOnce() {
        PipeReads reads = PipeReads.start(ring.get(), 300);

        ring.get().batch(() -> reads.dispose(100, 200));
        ring.awaitInFlight(200);
        reads.write(200);

        List<Probe<ByteBuffer>> others = IntStream.range(0, 300).filter(i -> i < 100 || i >= 200)
                .mapToObj(reads.reads::get).toList();
        List<Integer> bytes = others.stream()
                .map(read -> Byte.toUnsignedInt(read.awaitEnd().assertRules().values().getFirst().get(0))).toList();
        assertThat(bytes).containsExactlyInAnyOrderElementsOf(IntStream.range(0, 200).boxed().toList());
        reads.reads.subList(100, 200).forEach(Probe::assertSilent);
        KernelSight sight = whole();
        assertThat(sight.submitted("READ")).isEqualTo(300);
        assertThat(sight.submitted("ASYNC_CANCEL")).isEqualTo(100);
        assertThat(sight.completed("ECANCELED")).isEqualTo(100);
        assertThat(sight.cancels()).as("each found its one, and said nothing").isEmpty();
    }

    @Test
    void aBatchFromAForeignThreadIsOneCancel() {
        PipeReads reads = PipeReads.start(ring.get(), 200);

        ring.get().batch(reads::dispose);

        assertOneCancelFound(200);
        reads.assertSilent();
        assertThat(ring.get().stats().sqesSaved())
                .isEqualTo(KernelUnderTest.has(RingFeature.CANCEL_ALL_FD_ANY) ? 199 : 0);
    }

    @Test
    void aBatchFromTheRingsOwnThreadIsOneCancel() {
        PipeReads reads = PipeReads.start(ring.get(), 200);

        ring.get().raw().nop().doOnSuccess(nothing -> ring.get().batch(reads::dispose)).block();

        assertOneCancelFound(200);
        reads.assertSilent();
    }

    @Test
    void disposalsInOneCallbackOfTheRingsThreadAreOneCancel() {
        PipeReads reads = PipeReads.start(ring.get(), 200);

        ring.get().raw().nop().doOnSuccess(nothing -> reads.dispose()).block();

        assertOneCancelFound(200);
    }

    @Test
    void aCompositeIsOneCancel() {
        PipeReads reads = PipeReads.start(ring.get(), 200);
        Disposable.Composite composite = ring.get().composite();
        reads.reads.forEach(composite::add);
        assertThat(composite.size()).isEqualTo(200);

        composite.dispose();

        assertThat(composite.isDisposed()).isTrue();
        assertOneCancelFound(200);
        reads.assertSilent();
    }

    @Test
    void batchesThatNestAreOneCancel() {
        PipeReads reads = PipeReads.start(ring.get(), 200);

        ring.get().batch(() -> {
            reads.dispose(0, 50);
            ring.get().batch(() -> reads.dispose(50, 150));
            reads.dispose(150, 200);
        });

        assertOneCancelFound(200);
    }

    @Test
    void aBatchThatThrowsIsDeliveredAllTheSame() {
        PipeReads reads = PipeReads.start(ring.get(), 20);

        try {
            ring.get().batch(() -> {
                reads.dispose();
                throw new IllegalStateException("in a batch");
            });
        } catch (IllegalStateException e) {
            assertThat(e).hasMessage("in a batch");
        }

        assertOneCancelFound(20);
    }

    private void assertOneCancelFound(int count) {
        KernelSight sight = whole();
        if (KernelUnderTest.has(RingFeature.CANCEL_ALL_FD_ANY)) {
            assertThat(sight.submitted("ASYNC_CANCEL")).isEqualTo(1);
            assertThat(sight.cancels()).isEqualTo(Map.of("found " + count, 1));
        } else {
            assertThat(sight.submitted("ASYNC_CANCEL")).isEqualTo(count);
        }
        assertThat(sight.completed("ECANCELED")).isEqualTo(count);
    }

    @Test
    void oneDisposalIsOneCancelByUserData() {
        PipeReads reads = PipeReads.start(ring.get(), 3);

        reads.dispose(1, 2);
        ring.awaitInFlight(2);
        reads.write(2);

        KernelSight sight = whole();
        assertThat(sight.submitted("ASYNC_CANCEL")).isEqualTo(1);
        assertThat(sight.completed("ECANCELED")).isEqualTo(1);
    }

    @Test
    void filesThatAreDisposedOfWholeAreOneCancelEachWhileAnotherStays() {
        KernelUnderTest.assume(RingFeature.CANCEL_ALL_FD_ANY);
        PipeReads first = PipeReads.start(ring.get(), 50);
        PipeReads second = PipeReads.start(ring.get(), 60);
        PipeReads third = PipeReads.start(ring.get(), 70);

        ring.get().batch(() -> {
            first.dispose();
            third.dispose();
        });
        ring.awaitInFlight(60);
        second.write(60);

        second.reads.forEach(read -> assertThat(read.awaitEnd().values()).hasSize(1));
        KernelSight sight = whole();
        assertThat(sight.cancels()).isEqualTo(Map.of("found 50", 1, "found 70", 1));
        assertThat(sight.submitted("ASYNC_CANCEL")).isEqualTo(2);
    }

    @Test
    void everyRequestOfAnOperationIsOneCancelHoweverManyFiles() {
        KernelUnderTest.assume(RingFeature.CANCEL_OP);
        PipeReads first = PipeReads.start(ring.get(), 50);
        PipeReads second = PipeReads.start(ring.get(), 60);

        ring.get().batch(() -> {
            first.dispose();
            second.dispose();
        });

        assertOneCancelFound(110);
    }

    @Test
    void aRequestStagedInTheTurnOfAWideCancelIsNotHit() {
        KernelUnderTest.assume(RingFeature.CANCEL_ALL_FD_ANY);
        PipeReads reads = PipeReads.start(ring.get(), 100);

        ring.get().raw().nop().doOnSuccess(nothing -> {
            reads.dispose();
            reads.more();
        }).block();
        ring.awaitInFlight(1);
        reads.write(1);

        assertThat(reads.reads.getLast().awaitEnd().values()).hasSize(1);
        KernelSight sight = whole();
        assertThat(sight.cancels()).isEqualTo(Map.of("found 100", 1));
        assertThat(sight.submitted("READ")).isEqualTo(101);
    }

    @Test
    void disposalsOfQueuedRequestsMakeNoSqe() {
        PipeReads reads = PipeReads.start(ring.get(), 0);

        ring.get().raw().nop().doOnSuccess(nothing -> {
            for (int i = 0; i < 100; i++) {
                reads.more();
            }
            reads.dispose();
        }).block();
        ring.get().raw().nop().block();

        KernelSight sight = whole();
        assertThat(sight.submitted()).as("the pipe's, and two").isEqualTo(Map.of("NOP", 3));
        assertThat(ring.get().stats().dropped()).isEqualTo(100);
        reads.assertSilent();
    }

    @Test
    void disposingTwiceIsDisposingOnce() {
        PipeReads reads = PipeReads.start(ring.get(), 20);

        ring.get().batch(() -> {
            reads.dispose();
            reads.dispose();
        });
        reads.dispose();

        assertOneCancelFound(20);
        assertThat(ring.get().stats().disposals()).isEqualTo(20);
    }
}
