package io.github.reactoruring.internal.source.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.UringException;
import io.github.reactoruring.buffer.BuffersExhaustedException;
import io.github.reactoruring.buffer.RegisteredBuffer;
import io.github.reactoruring.buffer.RegisteredBuffers;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.scripted.KernelBehaviour;
import io.github.reactoruring.internal.ring.scripted.KernelFile;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.internal.ring.scripted.MemoryUse;
import io.github.reactoruring.internal.source.OneShotMono;
import io.github.reactoruring.internal.source.read.ReadOnce;
import io.github.reactoruring.internal.source.write.WriteOnce;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.testing.ScriptedLoop;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

/** Holds the pool of registered buffers to its bounds: one request each, and none before the kernel is done with it. */
@Tag("fault")
class RegisteredBuffersLoopTest {

    private static final int BYTES = 4096;

    private ScriptedLoop under = ScriptedLoop.open();
    private final Disk disk = new Disk();

    /** Keeps reads and writes with the device, where no cancel finds them. */
    private static final class Disk extends KernelBehaviour {

        private int most = Integer.MAX_VALUE;

        @Override
        protected Place place(KernelRequest request) {
            boolean data = MemoryUse.reads(request.sqe()) || MemoryUse.writes(request.sqe());
            return data ? Place.DEVICE : super.place(request);
        }

        @Override
        protected int transfer(KernelRequest request, int bytes) {
            return Math.min(bytes, most);
        }
    }

    RegisteredBuffersLoopTest() {
        under.ring().behaviour(disk);
    }

    @AfterEach
    void close() {
        under.close();
    }

    private void restart(ScriptedLoop other) {
        under.close();
        under = other;
        under.ring().behaviour(disk);
    }

    private RegisteredBuffers pool(int count) {
        TestSubscriber<RegisteredBuffers> subscriber = TestSubscriber.create();
        RegisterBuffers.create(() -> List.of(under.loop()), count, BYTES).subscribe(subscriber);
        under.turnUntil("the registration", subscriber::isTerminated);
        assertThat(subscriber.isTerminatedComplete()).isTrue();
        return subscriber.getReceivedOnNext().getFirst();
    }

    private TestSubscriber<RegisteredBuffer> read(OpenFile file, RegisteredBuffers pool) {
        TestSubscriber<RegisteredBuffer> subscriber = TestSubscriber.create();
        OneShotMono.<RegisteredBuffer>create(under.loop(),
                (loop, actual) -> new ReadOnce<>(file, false, actual, -1, BYTES, pool)).subscribe(subscriber);
        under.turns(2);
        return subscriber;
    }

    private TestSubscriber<Long> write(OpenFile file, RegisteredBuffers pool, RegisteredBuffer data, long demand) {
        TestSubscriber<Long> subscriber = TestSubscriber.builder().initialRequest(demand).build();
        OneShotMono.<Long>create(under.loop(), (loop, actual) -> new WriteOnce<>(file, false, actual, 0,
                List.of(data), pool, loan -> {
                })).subscribe(subscriber);
        return subscriber;
    }

    private void close(RegisteredBuffers pool) {
        CompletableFuture<Void> closed = pool.close().toFuture();
        under.spinUntil("the pool closed", closed::isDone);
        assertThat(under.ring().kernel().registeredBuffers()).isZero();
    }

    @Test
    void readsIntoTheRegisteredMemoryAndHandsItOn() {
        RegisteredBuffers pool = pool(2);
        TestSubscriber<RegisteredBuffer> read = read(under.openFile("file"), pool);
        assertThat(under.only().opcode()).isEqualTo(IoUringAbi.IORING_OP_READ_FIXED);
        under.ring().kernel().complete(under.only(), 100);
        under.turns(2);

        RegisteredBuffer buffer = read.getReceivedOnNext().getFirst();
        assertThat(buffer.bytes().remaining()).isEqualTo(100);
        assertThat(buffer.bytes().get(7)).isEqualTo(KernelFile.pattern(7));
        assertThat(pool.taken()).isEqualTo(1);
        buffer.release();
        assertThat(pool.taken()).isZero();
        assertThatIllegalStateException().isThrownBy(buffer::release).withMessageContaining("released before");
        assertThatIllegalStateException().isThrownBy(buffer::bytes).withMessageContaining("released before");
        assertThat(pool.taken()).isZero();
    }

    @Test
    void aBufferOfADisposedReadGoesToNobodyBeforeTheKernelIsDone() {
        RegisteredBuffers pool = pool(1);
        OpenFile file = under.openFile("file");
        TestSubscriber<RegisteredBuffer> disposed = read(file, pool);
        disposed.cancel();
        under.turns(5);
        KernelRequest inFlight = under.ring().inFlight(IoUringAbi.IORING_OP_READ_FIXED).getFirst();

        TestSubscriber<RegisteredBuffer> refused = read(file, pool);
        assertThat(refused.expectTerminalError()).isInstanceOf(BuffersExhaustedException.class)
                .hasMessageContaining("All 1 registered buffers of 4096 bytes are taken");

        under.ring().kernel().scribble(inFlight);
        under.ring().kernel().complete(inFlight);
        under.turns(3);
        assertThat(disposed.getReceivedOnNext()).isEmpty();
        assertThat(pool.taken()).isZero();
        TestSubscriber<RegisteredBuffer> served = read(file, pool);
        under.ring().kernel().complete(under.only());
        under.turns(2);
        served.getReceivedOnNext().getFirst().release();
    }

    @Test
    void anEndOfFileAndAnErrorGiveTheBufferBack() {
        RegisteredBuffers pool = pool(1);
        OpenFile file = under.openFile("file");
        for (int result : new int[]{0, -Errno.EIO}) {
            TestSubscriber<RegisteredBuffer> read = read(file, pool);
            under.ring().kernel().complete(under.only(), result, 0);
            under.turns(2);
            assertThat(read.isTerminated()).isTrue();
            assertThat(read.getReceivedOnNext()).isEmpty();
            assertThat(pool.taken()).isZero();
        }
    }

    @Test
    void aClosedPoolStaysRegisteredUntilItsLastBufferIsBack() {
        RegisteredBuffers pool = pool(2);
        TestSubscriber<RegisteredBuffer> read = read(under.openFile("file"), pool);
        RegisteredBuffer held = pool.take();
        CompletableFuture<Void> closed = pool.close().toFuture();
        assertThatIllegalStateException().isThrownBy(pool::take).withMessageContaining("closed");
        read.cancel();
        under.turns(3);
        under.ring().kernel().complete(under.ring().inFlight(IoUringAbi.IORING_OP_READ_FIXED).getFirst());
        under.turns(3);
        assertThat(closed).isNotDone();
        assertThat(under.ring().kernel().registeredBuffers()).isEqualTo(1);

        held.release();
        under.turns(2);
        assertThat(closed).isCompleted();
        assertThat(under.ring().kernel().registeredBuffers()).isZero();
        assertThat(pool.close().toFuture()).as("closed again").isCompleted();
    }

    @Test
    void theEndOfTheRingEndsThePoolOnceNothingIsTaken() {
        RegisteredBuffers pool = pool(2);
        RegisteredBuffer held = pool.take();
        read(under.openFile("file"), pool).cancel();
        assertThat(pool.taken()).isEqualTo(2);
        under.shutDown();
        assertThat(pool.taken()).isEqualTo(1);
        CompletableFuture<Void> closed = pool.close().toFuture();
        assertThat(closed).isNotDone();
        held.release();
        assertThat(closed).isCompleted();
    }

    @Test
    void aRingThatBreaksKeepsWhatTheKernelMayWriteTo() {
        RegisteredBuffers pool = pool(2);
        TestSubscriber<RegisteredBuffer> read = read(under.openFile("file"), pool);
        under.ring().refuseEnter(Errno.EFAULT);
        read(under.openFile("other"), pool);
        under.turnUntil("the loop over", under::isOver);

        assertThat(read.isTerminatedError()).isTrue();
        assertThat(pool.taken()).as("never given back").isPositive();
        assertThat(pool.close().toFuture()).isNotDone();
    }

    @Test
    void writesFromTheRegisteredMemoryAndReleasesItOnce() {
        disk.most = 1000;
        RegisteredBuffers pool = pool(1);
        RegisteredBuffer data = pool.take();
        TestSubscriber<Long> write = write(under.openFile("file"), pool, data, 1);
        under.turns(2);
        assertThatIllegalStateException().isThrownBy(data::release).withMessageContaining("handed to a write");
        assertThatIllegalStateException().isThrownBy(data::bytes).withMessageContaining("handed to a write");
        under.turnUntil("the end", write::isTerminated);

        assertThat(write.getReceivedOnNext()).containsExactly((long) BYTES);
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_WRITE_FIXED)).hasSize(5);
        assertThat(pool.taken()).isZero();
        assertThatIllegalStateException().isThrownBy(data::release);
    }

    @Test
    void aWriteDisposedOfReleasesItsBufferWhereverItIs() {
        RegisteredBuffers pool = pool(3);
        OpenFile file = under.openFile("file");
        write(file, pool, pool.take(), 0).cancel();
        assertThat(pool.taken()).as("never submitted").isZero();

        TestSubscriber<Long> queued = write(file, pool, pool.take(), 1);
        queued.cancel();
        under.turns(2);
        assertThat(pool.taken()).as("never staged").isZero();
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_WRITE_FIXED)).isEmpty();

        TestSubscriber<Long> staged = write(file, pool, pool.take(), 1);
        under.turns(2);
        staged.cancel();
        under.turns(3);
        assertThat(pool.taken()).as("in flight").isEqualTo(1);
        under.ring().kernel().complete(under.ring().inFlight(IoUringAbi.IORING_OP_WRITE_FIXED).getFirst());
        under.turns(3);
        assertThat(pool.taken()).isZero();
    }

    @Test
    void aBufferCannotBeWrittenTwiceNorByAnotherPool() {
        RegisteredBuffers pool = pool(1);
        RegisteredBuffers other = pool(1);
        OpenFile file = under.openFile("file");
        RegisteredBuffer data = pool.take();
        TestSubscriber<Long> first = write(file, pool, data, 1);
        TestSubscriber<Long> second = write(file, pool, data, 1);
        under.turns(2);
        assertThat(second.expectTerminalError()).isInstanceOf(IllegalStateException.class);
        assertThat(pool.taken()).as("still the first's").isEqualTo(1);
        under.turnUntil("the first's end", first::isTerminated);
        assertThat(first.isTerminatedComplete()).isTrue();

        RegisteredBuffer foreign = pool.take();
        TestSubscriber<Long> stranger = write(file, other, foreign, 1);
        under.turns(2);
        assertThat(stranger.expectTerminalError()).isInstanceOf(IllegalArgumentException.class);
        foreign.release();
    }

    @Test
    void aRefusalForWantOfLockedMemoryNamesTheLimit() {
        under.ring().kernel().refuseBuffers(-Errno.ENOMEM);
        TestSubscriber<RegisteredBuffers> subscriber = TestSubscriber.create();
        RegisterBuffers.create(() -> List.of(under.loop()), 16, BYTES).subscribe(subscriber);
        under.turnUntil("the refusal", subscriber::isTerminated);

        assertThat(subscriber.expectTerminalError()).isInstanceOf(UringException.class)
                .hasMessageContaining("16 buffers of 4096 bytes").hasMessageContaining("ulimit -l")
                .hasMessageContaining("ENOMEM");
    }

    @Test
    void aKernelWithoutATableGetsReadsAndWrites() {
        restart(ScriptedLoop.without(RingFeature.BUFFER_TABLE));
        RegisteredBuffers pool = pool(1);
        assertThat(pool.isRegistered()).isFalse();
        TestSubscriber<RegisteredBuffer> read = read(under.openFile("file"), pool);
        // The scripted kernel knows no memory that nobody told it of, so that nothing is moved.
        assertThat(under.only().opcode()).isEqualTo(IoUringAbi.IORING_OP_READ);
        under.ring().kernel().complete(under.only(), BYTES, 0);
        under.turns(2);
        TestSubscriber<Long> write = write(under.openFile("to"), pool, read.getReceivedOnNext().getFirst(), 1);
        under.turnUntil("the write", write::isTerminated);
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_WRITE)).hasSize(1);
        close(pool);
    }

    @Test
    void aRegistrationNobodyWaitsForLeavesNothing() {
        Mono<RegisteredBuffers> registration = RegisterBuffers.create(() -> List.of(under.loop()), 1, BYTES);
        Disposable early = registration.subscribe();
        early.dispose();
        under.turns(3);
        assertThat(under.ring().kernel().registeredBuffers()).isZero();
    }

    /** Reads, writes, disposals and completions in every order: no memory is used by two, and all comes back. */
    @Test
    void everyBufferComesBackWhateverTheOrder() {
        int rounds = Integer.getInteger("reactoruring.rounds", 300);
        long start = Long.getLong("reactoruring.seed", 1);
        for (long seed = start; seed < start + rounds; seed++) {
            try {
                shuffle(new Random(seed));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("With -Dreactoruring.seed=" + seed, e);
            }
        }
    }

    private void shuffle(Random random) {
        RegisteredBuffers pool = pool(1 + random.nextInt(6));
        OpenFile file = under.openFile("file");
        List<TestSubscriber<?>> subscribers = new ArrayList<>();
        List<TestSubscriber<?>> unrequested = new ArrayList<>();
        List<RegisteredBuffer> held = new ArrayList<>();
        for (int step = 0; step < 40; step++) {
            switch (random.nextInt(7)) {
                case 0, 1 -> subscribers.add(readQuietly(file, pool, held));
                case 2 -> writeSomething(file, pool, random.nextInt(4) == 0 ? unrequested : subscribers,
                        subscribers);
                case 3 -> cancelOne(subscribers, random);
                case 4 -> completeOne(random);
                case 5 -> releaseOne(held, random);
                default -> under.turn();
            }
            assertNoMemoryIsUsedTwice();
        }
        CompletableFuture<Void> closed = pool.close().toFuture();
        if (random.nextBoolean()) {
            subscribers.forEach(TestSubscriber::cancel);
        }
        unrequested.forEach(TestSubscriber::cancel);
        under.spinUntil("nothing in flight", () -> {
            completeOne(random);
            return subscribers.stream().allMatch(each -> each.isTerminatedOrCancelled()) && dataInFlight().isEmpty();
        });
        held.forEach(RegisteredBuffer::release);
        under.spinUntil("the pool closed", closed::isDone);
        assertThat(pool.taken()).isZero();
        assertThat(under.ring().kernel().registeredBuffers()).isZero();
        file.close(result -> {
        });
        under.turns(2);
    }

    private TestSubscriber<RegisteredBuffer> readQuietly(OpenFile file, RegisteredBuffers pool,
            List<RegisteredBuffer> held) {
        TestSubscriber<RegisteredBuffer> subscriber = TestSubscriber.create();
        OneShotMono.<RegisteredBuffer>create(under.loop(),
                (loop, actual) -> new ReadOnce<>(file, false, actual, -1, BYTES, pool))
                .doOnNext(held::add).subscribe(subscriber);
        return subscriber;
    }

    private void writeSomething(OpenFile file, RegisteredBuffers pool, List<TestSubscriber<?>> to,
            List<TestSubscriber<?>> requested) {
        if (pool.taken() < pool.count()) {
            to.add(write(file, pool, pool.take(), to == requested ? 1 : 0));
        } else {
            assertThatExceptionOfType(BuffersExhaustedException.class).isThrownBy(pool::take);
        }
    }

    private static void cancelOne(List<TestSubscriber<?>> subscribers, Random random) {
        if (!subscribers.isEmpty()) {
            subscribers.remove(random.nextInt(subscribers.size())).cancel();
        }
    }

    private void completeOne(Random random) {
        List<KernelRequest> data = dataInFlight();
        if (!data.isEmpty()) {
            under.ring().kernel().complete(data.get(random.nextInt(data.size())));
        }
    }

    private static void releaseOne(List<RegisteredBuffer> held, Random random) {
        if (!held.isEmpty()) {
            held.remove(random.nextInt(held.size())).release();
        }
    }

    private List<KernelRequest> dataInFlight() {
        return under.ring().kernel().inFlight().stream()
                .filter(each -> MemoryUse.reads(each.sqe()) || MemoryUse.writes(each.sqe()))
                .filter(each -> Objects.equals(each.place(), Place.DEVICE)).toList();
    }

    private void assertNoMemoryIsUsedTwice() {
        List<Long> addresses = dataInFlight().stream().map(each -> each.sqe().addr() / BYTES).toList();
        assertThat(addresses).doesNotHaveDuplicates();
    }
}
