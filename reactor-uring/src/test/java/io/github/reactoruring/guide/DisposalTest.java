package io.github.reactoruring.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.Uring;
import io.github.reactoruring.UringStats;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Runs what the guide's chapter on disposal shows. */
@NeedsUring
class DisposalTest {

    @RegisterExtension
    final TestUring testUring = TestUring.withDefaults();

    private Uring uring;
    private UringPipe pipe;
    private UringPipe other;
    private UringStats before;

    @BeforeEach
    void openPipes() {
        uring = testUring.get();
        pipe = uring.files().pipe().block();
        other = uring.files().pipe().block();
        testUring.awaitIdle();
        before = uring.stats();
    }

    @Test
    void aDisposedReadIsCancelled() {
        // snippet: dispose-one
        Disposable pending = pipe.source().read(4096).subscribe();
        // end of snippet
        testUring.awaitInFlight(1);
        pending.dispose();

        testUring.awaitIdle();
        assertThat(uring.stats().cancelled() - before.cancelled()).isEqualTo(1);
    }

    @Test
    void aTimeoutCancelsToo() {
        // snippet: timeout
        Mono<ByteBuffer> soon = pipe.source().read(4096)
                .timeout(Duration.ofMillis(50));
        // end of snippet

        StepVerifier.create(soon).verifyError(TimeoutException.class);
        testUring.awaitIdle();
        assertThat(uring.stats().cancelSqes() - before.cancelSqes()).isEqualTo(1);
    }

    @Test
    void aBatchOfDifferentSourcesIsDeliveredAtOnce() {
        Disposable left = pipe.source().read(4096).subscribe();
        Disposable right = other.source().read(4096).subscribe();
        testUring.awaitInFlight(2);

        // snippet: batch
        uring.batch(() -> {
            left.dispose();
            right.dispose();
        });
        // end of snippet

        testUring.awaitIdle();
        assertThat(uring.stats().disposals() - before.disposals()).isEqualTo(2);
        // Both are the only reads on the ring: one cancel by opcode where the kernel has it, else one for each.
        assertThat(uring.stats().cancelSqes() - before.cancelSqes()).isBetween(1L, 2L);
    }

    @Test
    void closingAFileTellsWhenTheKernelIsDoneWithIt() {
        UringFile source = pipe.source();
        Disposable.Composite reads = uring.composite();
        for (int i = 0; i < 50; i++) {
            reads.add(source.read(4096).subscribe());
        }
        testUring.awaitInFlight(50);

        // snippet: quiet
        reads.dispose();
        Mono<Void> quiet = source.close();
        // end of snippet

        quiet.block();
        assertThat(uring.stats().cancelled() - before.cancelled()).isEqualTo(50);
    }

    @Test
    void aPolicyBoundsTheStall() {
        // snippet: cancel-policy
        Uring careful = Uring.builder("careful")
                .cancelPolicy(CancelPolicy.coalesce(1_000))
                .build();
        // end of snippet
        try {
            UringStats spent = disposeOf(careful, 200);

            // (200 / 2 + 1) * 200 visits exceed the budget: one by one, in the same system call.
            assertThat(spent.cancelSqes()).isEqualTo(200);
            assertThat(spent.allCancelSqes()).isZero();
            assertThat(spent.cancelled()).isEqualTo(200);
        } finally {
            careful.disposeLater().block();
        }
    }

    @Test
    void theCountersTellWhatABatchTook() {
        KernelUnderTest.assume(RingFeature.CANCEL_ALL_FD_ANY);
        UringStats stats = disposeOf(uring, 200);

        // snippet: stats
        String report = "%d disposals took %d cancels, %d of them with ALL; %d requests ended late".formatted(
                stats.disposals(), stats.cancelSqes(), stats.allCancelSqes(), stats.lateCompletions());
        // end of snippet

        assertThat(report).isEqualTo("200 disposals took 1 cancels, 1 of them with ALL; 0 requests ended late");
    }

    /** Disposes of reads of a new pipe together, and returns the counters when all are over. */
    private static UringStats disposeOf(Uring uring, int count) {
        UringFile source = uring.files().pipe().block().source();
        Disposable.Composite reads = uring.composite();
        for (int i = 0; i < count; i++) {
            reads.add(source.read(4096).subscribe());
        }
        Await.until("the reads in flight", () -> uring.stats().inFlight() == count);
        reads.dispose();
        source.close().block();
        return uring.stats();
    }
}
