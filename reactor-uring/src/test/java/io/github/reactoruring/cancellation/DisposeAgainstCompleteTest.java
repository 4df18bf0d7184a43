package io.github.reactoruring.cancellation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Subscription;

import io.github.reactoruring.UringStats;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.KernelSight;
import io.github.reactoruring.testing.KernelTrace;
import io.github.reactoruring.testing.NeedsTrace;
import io.github.reactoruring.testing.NeedsUring;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.TrackedBuffers;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * Races disposals against completions: NOPs, timers about to fire, and reads of a pipe that is being written to.
 *
 * <p>Never both, never neither: each request is either emitted, or counted once as dropped, cancelled or late.
 */
@NeedsUring
@Tag("race")
class DisposeAgainstCompleteTest {

    private static final int BATCH = 500;
    private static final Operation NOP = Operation.of(Opcode.NOP);

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    private final TrackedBuffers buffers = new TrackedBuffers();
    private final AtomicInteger emitted = new AtomicInteger();
    private final AtomicInteger emittedTwice = new AtomicInteger();
    private final Random random = new Random(20260101);

    @AfterEach
    void noBufferIsLeft() {
        buffers.awaitNothingLeft();
        buffers.close();
    }

    /** One round: a request and its disposal. */
    private final class Round implements CoreSubscriber<Object> {

        private final AtomicInteger values = new AtomicInteger();
        private volatile @Nullable Subscription subscription;

        @Override
        public void onSubscribe(Subscription given) {
            subscription = given;
            given.request(1);
        }

        void dispose() {
            subscription.cancel();
        }

        @Override
        public void onNext(Object value) {
            emitted.incrementAndGet();
            if (values.incrementAndGet() > 1) {
                emittedTwice.incrementAndGet();
            }
            if (value instanceof TrackedBuffers.Buffer buffer) {
                buffer.release();
            }
        }

        @Override
        public void onError(Throwable error) {
            throw new AssertionError(error);
        }

        @Override
        public void onComplete() {
            // Only values are counted.
        }
    }

    private Mono<?> source(UringPipe pipe) {
        return switch (random.nextInt(3)) {
            case 0 -> ring.get().raw().submit(NOP);
            case 1 -> ring.get().timers().after(Duration.ofNanos(random.nextInt(200_000)));
            default -> pipe.source().read(1, buffers);
        };
    }

    /** Runs a batch: this thread subscribes, another disposes behind it, a third party writes to the pipe. */
    private void runBatch(UringPipe pipe) throws InterruptedException {
        Round[] rounds = new Round[BATCH];
        AtomicInteger subscribed = new AtomicInteger();
        Thread disposer = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < BATCH; i++) {
                while (subscribed.get() <= i) {
                    Thread.onSpinWait();
                }
                rounds[i].dispose();
            }
        });
        for (int i = 0; i < BATCH; i++) {
            Mono<?> source = source(pipe);
            rounds[i] = new Round();
            source.subscribe(rounds[i]);
            subscribed.set(i + 1);
            if (i % 8 == 0) {
                pipe.sink().write(ByteBuffer.allocate(1)).subscribe();
            }
            for (int spin = random.nextInt(100); spin > 0; spin--) {
                Thread.onSpinWait();
            }
        }
        disposer.join();
    }

    private void race(int count) throws InterruptedException {
        UringPipe pipe = ring.get().files().pipe().block();
        ring.awaitIdle();
        UringStats before = ring.get().stats();
        int writes = 0;
        for (int done = 0; done < count; done += BATCH) {
            runBatch(pipe);
            writes += (BATCH + 7) / 8;
            ring.awaitIdle();
            // What no read took must not fill the pipe.
            pipe.sink().write(ByteBuffer.allocate(1)).then(pipe.source().read(1 << 16)).block();
            writes += 2;
        }
        ring.awaitIdle();
        UringStats after = ring.get().stats();
        long discarded = after.dropped() - before.dropped() + after.cancelled() - before.cancelled()
                + after.lateCompletions() - before.lateCompletions();

        assertThat(emittedTwice).hasValue(0);
        assertThat(emitted.get() + discarded).as("emitted %s, and %s", emitted, after).isEqualTo(count);
        assertThat(emitted.get()).as("both happen").isBetween(1, count - 1);
        assertThat(discarded - (after.dropped() - before.dropped())).as("some got as far as the kernel").isPositive();
        assertThat(after.submitted() - before.submitted() + after.dropped() - before.dropped())
                .isEqualTo(count + writes);
    }

    @Test
    void neverBothAndNeverNeitherIn200000Rounds() throws InterruptedException {
        race(200_000);
    }

    @Test
    @NeedsTrace
    void theKernelSeesEachRequestEndOnce() throws InterruptedException {
        try (KernelTrace trace = KernelTrace.start()) {
            race(10_000);
            Await.until("idle", () -> ring.get().stats().inFlight() == 0);
            KernelSight sight = trace.stop();

            assertThat(sight.lost()).isZero();
            assertThat(sight.doubled()).isZero();
            assertThat(sight.unfinished()).isEmpty();
        }
    }
}
