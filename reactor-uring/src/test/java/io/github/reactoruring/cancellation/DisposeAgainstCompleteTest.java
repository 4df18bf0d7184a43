package io.github.reactoruring.cancellation;

import static io.github.reactoruring.testing.kernel.RawOperations.IOSQE_ASYNC;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Subscription;

import io.github.reactoruring.UringStats;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.buffers.TrackedBuffers;
import io.github.reactoruring.testing.kernel.KernelSight;
import io.github.reactoruring.testing.kernel.KernelTrace;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsTrace;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.kernel.RawOperations;
import io.github.reactoruring.testing.kernel.TcpSockets;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * Races disposals against completions: NOPs, timers about to fire, reads of a pipe and of a socket that are being written
 * to, and reads by the kernel's workers.
 *
 * <p>Never both, never neither: each request is either emitted, or counted once as dropped, cancelled or late.
 *
 * <p>{@code -Dreactoruring.rounds=N} sets the number of rounds.
 */
@NeedsUring
@Tag("race")
class DisposeAgainstCompleteTest {

    private static final int ROUNDS = Integer.getInteger("reactoruring.rounds", 200_000);
    private static final int BATCH = 500;
    private static final int AT_FDCWD = -100;
    private static final int DRAIN_BYTES = 1 << 16;
    private static final Operation NOP = Operation.of(Opcode.NOP);

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    private final TrackedBuffers buffers = new TrackedBuffers();
    private final AtomicInteger emitted = new AtomicInteger();
    private final AtomicInteger violations = new AtomicInteger();
    private final Random random = new Random(20260101);
    private final TcpSockets sockets = new TcpSockets();
    private final TcpSockets.Pair socket = sockets.connected();
    private Operation receive;
    private Operation readByWorker;
    private UringPipe pipe;
    private int file;

    @BeforeEach
    void open() throws IOException {
        pipe = ring.get().files().pipe().block();
        receive = Operation.of(Opcode.RECV).fd(socket.descriptor()).buffer(Arena.ofAuto().allocate(1));
        Path path = Files.write(directory.resolve("file"), new byte[1]);
        file = ring.get().raw().submit(Operation.of(Opcode.OPENAT).fd(AT_FDCWD)
                .pointer(Arena.ofAuto().allocateFrom(path.toString()))).block().result();
        readByWorker = RawOperations.read(file, 1).offset(0).flags(IOSQE_ASYNC);
    }

    @AfterEach
    void noBufferIsLeft() {
        pipe.sink().close().block();
        pipe.source().close().block();
        ring.get().raw().submit(Operation.of(Opcode.CLOSE).fd(file)).block();
        sockets.close();
        buffers.awaitNothingLeft();
        buffers.close();
    }

    /** One round: a request and its disposal. */
    private final class Round implements CoreSubscriber<Object> {

        private final AtomicInteger values = new AtomicInteger();
        private volatile @Nullable Subscription subscription;
        private volatile boolean ended;

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
            if (values.incrementAndGet() > 1 || ended) {
                violations.incrementAndGet();
            }
            if (value instanceof TrackedBuffers.Buffer buffer) {
                buffer.release();
            }
        }

        @Override
        public void onError(Throwable error) {
            violations.incrementAndGet();
            throw new AssertionError(error);
        }

        @Override
        public void onComplete() {
            if (ended || values.get() != 1) {
                violations.incrementAndGet();
            }
            ended = true;
        }
    }

    private Mono<?> source() {
        return switch (random.nextInt(5)) {
            case 0 -> ring.get().raw().submit(NOP);
            case 1 -> ring.get().timers().after(Duration.ofNanos(random.nextInt(200_000)));
            case 2 -> ring.get().raw().submit(receive);
            case 3 -> ring.get().raw().submit(readByWorker);
            default -> pipe.source().read(1, buffers);
        };
    }

    /** Runs a batch: this thread subscribes, another disposes behind it, a third party writes to the pipe and the socket. */
    private void runBatch() throws InterruptedException {
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
            Mono<?> source = source();
            rounds[i] = new Round();
            source.subscribe(rounds[i]);
            subscribed.set(i + 1);
            if (i % 8 == 0) {
                pipe.sink().write(ByteBuffer.allocate(1)).subscribe();
                socket.send(0);
            }
            for (int spin = random.nextInt(100); spin > 0; spin--) {
                Thread.onSpinWait();
            }
        }
        disposer.join();
    }

    private void race(int count) throws InterruptedException {
        ring.awaitIdle();
        UringStats before = ring.get().stats();
        Operation drain = receive.buffer(Arena.ofAuto().allocate(DRAIN_BYTES));
        int writes = 0;
        for (int done = 0; done < count; done += BATCH) {
            runBatch();
            writes += (BATCH + 7) / 8;
            ring.awaitIdle();
            // What no read took must not fill the pipe, or the socket.
            pipe.sink().write(ByteBuffer.allocate(1)).then(pipe.source().read(DRAIN_BYTES)).block();
            socket.send(0);
            ring.get().raw().submit(drain).block();
            writes += 3;
        }
        ring.awaitIdle();
        UringStats after = ring.get().stats();
        long discarded = after.dropped() - before.dropped() + after.cancelled() - before.cancelled()
                + after.lateCompletions() - before.lateCompletions();

        assertThat(violations).as("signals twice, after the end, or without a value").hasValue(0);
        assertThat(emitted.get() + discarded).as("emitted %s, and %s", emitted, after).isEqualTo(count);
        assertThat(emitted.get()).as("both happen").isBetween(1, count - 1);
        assertThat(discarded - (after.dropped() - before.dropped())).as("some got as far as the kernel").isPositive();
        assertThat(after.submitted() - before.submitted() + after.dropped() - before.dropped())
                .isEqualTo(count + writes);
    }

    @Test
    void neverBothAndNeverNeither() throws InterruptedException {
        race(ROUNDS);
    }

    @Test
    @NeedsTrace
    void theKernelSeesEachRequestEndOnce() throws InterruptedException {
        // Else workers complete their requests themselves, and are none of the threads that are traced.
        KernelUnderTest.assume(RingFeature.DEFER_TASKRUN);
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
