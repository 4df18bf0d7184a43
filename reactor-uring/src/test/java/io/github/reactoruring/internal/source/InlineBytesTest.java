package io.github.reactoruring.internal.source;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_READ;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_WRITE;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_WRITEV;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.Completion;
import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.internal.loop.FileTraits;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.ring.scripted.CheckedBuffers;
import io.github.reactoruring.internal.ring.scripted.KernelBehaviour;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.source.raw.RawOneShot;
import io.github.reactoruring.internal.source.read.ReadOnce;
import io.github.reactoruring.internal.source.write.WriteOnce;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.OpenFlags;
import io.github.reactoruring.netty.NettyBuffers;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.RecordingRequest;
import io.github.reactoruring.testing.ScriptedLoop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import reactor.core.scheduler.Schedulers;
import reactor.test.subscriber.TestSubscriber;

/** Holds a request of many bytes to pieces that do not hold up the ring, and what comes of them to what one SQE gives. */
@Tag("race")
class InlineBytesTest {

    private static final int PIECE = FileTraits.PIECE_BYTES;
    private static final int PER_TURN = 2 * PIECE;

    private final ScriptedLoop under = ScriptedLoop.open();
    private final CheckedBuffers buffers = new CheckedBuffers(under.ring());
    private final byte[] content = new byte[5 * PIECE + 100];
    private OpenFile file = under.regularFile("large", content, 0);

    InlineBytesTest() {
        new Random(1).nextBytes(content);
    }

    @AfterEach
    void close() {
        under.close();
        assertThat(buffers.openLeases()).isZero();
    }

    @Test
    void oneLargeReadGoesPieceByPieceAndGivesWhatOneReadGives() {
        TestSubscriber<CheckedBuffers.Buffer> subscriber = read(0, content.length);
        under.turnUntil("the end", subscriber::isTerminated);

        assertThat(subscriber.getReceivedOnNext()).singleElement()
                .satisfies(buffer -> assertThat(buffer.bytes()).isEqualTo(content));
        assertThat(lengths(IORING_OP_READ)).containsExactly(PIECE, PIECE, PIECE, PIECE, PIECE, 100);
        buffers.release(subscriber.getReceivedOnNext().getFirst());
    }

    @Test
    void aNopBesideALargeReadWaitsForOnePieceAtMost() {
        read(0, content.length);
        under.turns(2);
        RecordingRequest nop = RecordingRequest.nop(under.loop()).submitted();
        under.turn();

        assertThat(nop.completed()).containsExactly(0);
        assertThat(under.ring().taken(IORING_OP_READ)).hasSizeLessThan(5);
    }

    @Test
    void noTurnMovesMoreThanItsShareHoweverManyRead() {
        List<TestSubscriber<CheckedBuffers.Buffer>> readers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            readers.add(read(0, content.length));
        }
        RecordingRequest nop = RecordingRequest.nop(under.loop()).submitted();
        int before = 0;
        boolean shared = false;
        for (int turn = 0; turn < 200; turn++) {
            under.turn();
            List<SqeBytes> reads = under.ring().taken(IORING_OP_READ);
            List<SqeBytes> now = reads.subList(before, reads.size());
            assertThat(now.stream().mapToLong(SqeBytes::len).sum()).isLessThanOrEqualTo(PER_TURN);
            shared |= now.size() > 1;
            before = reads.size();
            assertThat(nop.completed()).as("the NOP's, in the first turn").hasSize(1);
        }

        assertThat(shared).isTrue();
        assertThat(readers).allMatch(TestSubscriber::isTerminated);
        // Round robin: each had its first piece before any had its second.
        assertThat(under.ring().taken(IORING_OP_READ).subList(0, 20)).allMatch(sqe -> sqe.off() == 0);
        readers.forEach(reader -> buffers.release(reader.getReceivedOnNext().getFirst()));
    }

    @Test
    void aShortPieceEndsTheRead() {
        under.ring().behaviour(new KernelBehaviour() {
            @Override
            protected int transfer(KernelRequest request, int bytes) {
                return request.sqe().off() == PIECE ? 10 : bytes;
            }
        });
        TestSubscriber<CheckedBuffers.Buffer> subscriber = read(0, content.length);
        under.turnUntil("the end", subscriber::isTerminated);

        assertThat(subscriber.getReceivedOnNext()).singleElement().satisfies(
                buffer -> assertThat(buffer.bytes()).isEqualTo(Arrays.copyOf(content, PIECE + 10)));
        buffers.release(subscriber.getReceivedOnNext().getFirst());
    }

    @Test
    void whatWasReadBeforeAnErrorIsGivenInItsPlace() {
        under.ring().behaviour(new KernelBehaviour() {
            @Override
            protected int transfer(KernelRequest request, int bytes) {
                return request.sqe().off() == PIECE ? -Errno.EIO : bytes;
            }
        });
        TestSubscriber<CheckedBuffers.Buffer> subscriber = read(0, content.length);
        under.turnUntil("the end", subscriber::isTerminated);

        assertThat(subscriber.getReceivedOnNext()).singleElement()
                .satisfies(buffer -> assertThat(buffer.bytes()).hasSize(PIECE));
        buffers.release(subscriber.getReceivedOnNext().getFirst());
        TestSubscriber<CheckedBuffers.Buffer> next = read(PIECE, content.length);
        under.turnUntil("the end", next::isTerminated);
        assertThat(next.expectTerminalError()).hasMessageContaining("EIO");
    }

    @Test
    void theEndOfTheFileBehindWholePiecesIsNoEnd() {
        file = under.regularFile("even", Arrays.copyOf(content, 2 * PIECE), 0);
        TestSubscriber<CheckedBuffers.Buffer> subscriber = read(0, content.length);
        under.turnUntil("the end", subscriber::isTerminated);

        assertThat(subscriber.getReceivedOnNext()).singleElement()
                .satisfies(buffer -> assertThat(buffer.bytes()).hasSize(2 * PIECE));
        buffers.release(subscriber.getReceivedOnNext().getFirst());
    }

    @Test
    void aLargeReadThatIsDisposedOfBetweenTwoPiecesGivesItsMemoryBack() {
        TestSubscriber<CheckedBuffers.Buffer> subscriber = read(0, content.length);
        under.turns(2);
        subscriber.cancel();
        under.turns(4);

        assertThat(buffers.openLeases()).isZero();
        assertThat(under.ring().taken(IORING_OP_READ)).hasSizeLessThan(5);
    }

    @Test
    void whatIsLongToCopyIsCopiedOffTheRingsThread() {
        Copying copying = new Copying();
        TestSubscriber<CheckedBuffers.Buffer> subscriber = read(copying, content.length);
        Await.until("the copy begun", () -> {
            under.turn();
            return copying.copiedBy.get() != null;
        });
        RecordingRequest nop = RecordingRequest.nop(under.loop()).submitted();
        under.turn();
        assertThat(nop.completed()).as("beside the copy").containsExactly(0);
        assertThat(subscriber.getReceivedOnNext()).isEmpty();
        copying.mayEnd.countDown();
        under.spinUntil("the end", subscriber::isTerminated);

        assertThat(copying.copiedBy.get()).isNotSameAs(Thread.currentThread());
        assertThat(subscriber.getReceivedOnNext()).singleElement()
                .satisfies(buffer -> assertThat(buffer.bytes()).isEqualTo(content));
        buffers.release(subscriber.getReceivedOnNext().getFirst());
    }

    /** The application's hook throws, as for a task that it cannot wrap. */
    @Test
    void aCopyThatCannotBeHandedOverIsMadeHere() {
        Copying copying = new Copying();
        copying.mayEnd.countDown();
        Schedulers.onScheduleHook("throwing", task -> {
            throw new IllegalStateException("the hook's");
        });
        TestSubscriber<CheckedBuffers.Buffer> subscriber;
        try {
            subscriber = read(copying, content.length);
            under.turns(20);
        } finally {
            Schedulers.resetOnScheduleHook("throwing");
        }

        assertThat(subscriber.getReceivedOnNext()).singleElement()
                .satisfies(buffer -> assertThat(buffer.bytes()).isEqualTo(content));
        buffers.release(subscriber.getReceivedOnNext().getFirst());
    }

    @Test
    void aCopyThatNobodyWantsAnyMoreIsFreed() {
        Copying copying = new Copying();
        TestSubscriber<CheckedBuffers.Buffer> subscriber = read(copying, content.length);
        Await.until("the copy begun", () -> {
            under.turn();
            return copying.copiedBy.get() != null;
        });
        subscriber.cancel();
        under.turn();
        copying.mayEnd.countDown();
        under.spinUntil("the copy freed", () -> copying.released.get() == 1);

        assertThat(subscriber.getReceivedOnNext()).isEmpty();
    }

    @Test
    void aCopyThatComesAfterTheEndOfTheLoopIsFreedAndItsSourceTold() {
        Copying copying = new Copying();
        TestSubscriber<CheckedBuffers.Buffer> subscriber = read(copying, content.length);
        Await.until("the copy begun", () -> {
            under.turn();
            return copying.copiedBy.get() != null;
        });
        under.shutDown().join();
        copying.mayEnd.countDown();

        Await.until("the copy freed", () -> copying.released.get() == 1);
        Await.until("the source told", subscriber::isTerminatedError);
    }

    /** Copies for as long as the test wants. */
    private final class Copying implements BufferFactory<CheckedBuffers.Buffer> {

        private final AtomicReference<@Nullable Thread> copiedBy = new AtomicReference<>();
        private final CountDownLatch mayEnd = new CountDownLatch(1);
        private final AtomicInteger released = new AtomicInteger();

        @Override
        public Lease<CheckedBuffers.Buffer> lease(int capacityBytes) {
            Lease<CheckedBuffers.Buffer> lease = buffers.lease(capacityBytes);
            return new Lease<>() {
                @Override
                public long address() {
                    return lease.address();
                }

                @Override
                public int capacityBytes() {
                    return lease.capacityBytes();
                }

                @Override
                public boolean copies() {
                    return true;
                }

                @Override
                public CheckedBuffers.Buffer fill(int lengthBytes) {
                    copiedBy.set(Thread.currentThread());
                    try {
                        mayEnd.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    return lease.fill(lengthBytes);
                }

                @Override
                public void release() {
                    lease.release();
                }
            };
        }

        @Override
        public void release(CheckedBuffers.Buffer buffer) {
            buffers.release(buffer);
            released.incrementAndGet();
        }
    }

    @Test
    void oneLargeWriteOfTheHeapGoesPieceByPiece() {
        TestSubscriber<Long> subscriber = write(0, content);
        RecordingRequest nop = RecordingRequest.nop(under.loop()).submitted();
        under.turn();
        assertThat(nop.completed()).containsExactly(0);
        under.turnUntil("the end", subscriber::isTerminated);

        assertThat(subscriber.getReceivedOnNext()).containsExactly((long) content.length);
        assertThat(lengths(IORING_OP_WRITE)).containsExactly(PIECE, PIECE, PIECE, PIECE, PIECE, 100);
        assertThat(under.ring().taken(IORING_OP_WRITE)).extracting(SqeBytes::off)
                .containsExactly(0L, (long) PIECE, 2L * PIECE, 3L * PIECE, 4L * PIECE, 5L * PIECE);
        assertThat(under.ring().taken(IORING_OP_WRITE)).as("one piece of native memory for all")
                .extracting(SqeBytes::addr).containsOnly(under.ring().taken(IORING_OP_WRITE).getFirst().addr());
    }

    @Test
    void manyBuffersOfOneWriteGoPieceByPieceToo() {
        List<ByteBuffer> data = List.of(ByteBuffer.wrap(content, 0, 100), ByteBuffer.wrap(content, 100, 2 * PIECE),
                ByteBuffer.wrap(content, 2 * PIECE + 100, PIECE));
        TestSubscriber<Long> subscriber = write(file, 0, data);
        under.turnUntil("the end", subscriber::isTerminated);

        assertThat(subscriber.getReceivedOnNext()).containsExactly(3L * PIECE + 100);
        assertThat(under.ring().taken(IORING_OP_WRITEV)).extracting(SqeBytes::off)
                .containsExactly(0L, (long) PIECE, 2L * PIECE, 3L * PIECE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5})
    void thePiecesOfTwoAppendsAreNotMixedAndTheirOrderIsKept(int readers) {
        List<TestSubscriber<CheckedBuffers.Buffer>> before = new ArrayList<>();
        for (int i = 0; i < readers; i++) {
            before.add(read(0, content.length));
        }
        file = under.regularFile("log", new byte[0], OpenFlags.O_APPEND);
        List<TestSubscriber<Long>> writers = new ArrayList<>();
        int[] sizes = {2 * PIECE + 1, 10, 3 * PIECE + 2, 11, 12, PIECE + 3};
        for (int size : sizes) {
            writers.add(write(-1, Arrays.copyOf(content, size)));
            if (size == 11) {
                // The rest comes while the first is on its way.
                under.turns(3);
            }
        }
        under.turnUntil("the end", () -> writers.stream().allMatch(TestSubscriber::isTerminated)
                && before.stream().allMatch(TestSubscriber::isTerminated));
        before.forEach(reader -> buffers.release(reader.getReceivedOnNext().getFirst()));

        assertThat(lengths(IORING_OP_WRITE)).containsExactly(PIECE, PIECE, 1, 10, PIECE, PIECE, PIECE, 2, 11, 12,
                PIECE, 3);
        for (int i = 0; i < sizes.length; i++) {
            assertThat(writers.get(i).getReceivedOnNext()).containsExactly((long) sizes[i]);
        }
    }

    /** How much a ByteBuf has is known when it is lent: until then it might be a piece and more. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void smallWritesOfOtherBuffersTakeTheShareOfATurnThatTheyMove(boolean appending) {
        file = under.regularFile("log", new byte[0], appending ? OpenFlags.O_APPEND : 0);
        List<TestSubscriber<Long>> writers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int at = i;
            TestSubscriber<Long> writer = TestSubscriber.create();
            OneShotMono.<Long>create(under.loop(), (loop, actual) -> new WriteOnce<>(file, false, actual,
                    appending ? -1 : at, List.of(Unpooled.wrappedBuffer(new byte[]{(byte) at})),
                    NettyBuffers.pooled(), loan -> {
                    })).subscribe(writer);
            writers.add(writer);
        }
        under.turn();

        assertThat(under.ring().taken(IORING_OP_WRITE)).hasSize(20);
        under.turns(2);
        assertThat(writers).allMatch(TestSubscriber::isTerminated);
    }

    @Test
    void appendsThatWaitForTheirTurnAreDroppedOrToldLikeOthers() {
        file = under.regularFile("log", new byte[0], OpenFlags.O_APPEND);
        TestSubscriber<Long> first = write(-1, content);
        TestSubscriber<Long> second = write(-1, new byte[10]);
        TestSubscriber<Long> third = write(-1, new byte[11]);
        under.turns(2);
        second.cancel();
        under.turnUntil("the end", third::isTerminated);

        assertThat(first.getReceivedOnNext()).hasSize(1);
        assertThat(third.getReceivedOnNext()).containsExactly(11L);
        assertThat(lengths(IORING_OP_WRITE)).endsWith(100, 11).doesNotContain(10);

        TestSubscriber<Long> cut = write(-1, content);
        TestSubscriber<Long> behind = write(-1, new byte[12]);
        under.turns(2);
        cut.cancel();
        under.turnUntil("the end", behind::isTerminated);
        assertThat(behind.getReceivedOnNext()).containsExactly(12L);

        write(-1, content);
        TestSubscriber<Long> refused = write(-1, new byte[13]);
        under.turns(2);
        file.close();
        under.turnUntil("the end", refused::isTerminated);
        assertThat(refused.isTerminatedError()).isTrue();
    }

    @Test
    void aLargeRawReadIsAWorkers() {
        MemorySegment memory = Arena.ofAuto().allocate(PIECE + 1);
        Operation read = Operation.of(Opcode.READ).fd(under.descriptor());
        for (Operation each : List.of(read.buffer(memory), read.buffer(memory.asSlice(1)))) {
            OneShotMono.<Completion>create(under.loop(), (loop, actual) -> new RawOneShot(loop, actual, each))
                    .subscribe();
        }
        under.turn();

        assertThat(under.ring().taken(IORING_OP_READ)).extracting(sqe -> sqe.has(IoUringAbi.IOSQE_ASYNC))
                .containsExactly(true, false);
    }

    @Test
    void aNettyBufferOfTheHeapIsCopiedPieceByPiece() {
        ByteBuf buffer = Unpooled.wrappedBuffer(content).skipBytes(3);
        BufferReader.Loan loan = NettyBuffers.pooled().lendInPieces(buffer);

        assertThat(loan.lengthBytes()).isEqualTo(content.length - 3);
        for (int offset : new int[]{0, PIECE, 2 * PIECE + 7}) {
            byte[] piece = new byte[PIECE];
            MemorySegment.ofAddress(loan.piece(offset, PIECE)).reinterpret(PIECE).asByteBuffer().get(piece);
            assertThat(piece).isEqualTo(Arrays.copyOfRange(content, 3 + offset, 3 + offset + PIECE));
        }
        loan.release();
        assertThat(buffer.refCnt()).isZero();
    }

    @Test
    void directIoGoesByLargerPieces() {
        file = under.regularFile("direct", content, OpenFlags.O_DIRECT);
        TestSubscriber<CheckedBuffers.Buffer> subscriber = read(0, content.length);
        under.turnUntil("the end", subscriber::isTerminated);

        assertThat(lengths(IORING_OP_READ)).containsExactly(FileTraits.DIRECT_PIECE_BYTES, PIECE + 100);
        buffers.release(subscriber.getReceivedOnNext().getFirst());
    }

    private TestSubscriber<CheckedBuffers.Buffer> read(BufferFactory<CheckedBuffers.Buffer> into, int maxBytes) {
        TestSubscriber<CheckedBuffers.Buffer> subscriber = TestSubscriber.create();
        OneShotMono.<CheckedBuffers.Buffer>create(under.loop(), (loop, actual) -> new ReadOnce<>(file, false, actual, 0,
                maxBytes, into)).subscribe(subscriber);
        return subscriber;
    }

    private TestSubscriber<CheckedBuffers.Buffer> read(long position, int maxBytes) {
        TestSubscriber<CheckedBuffers.Buffer> subscriber = TestSubscriber.create();
        OpenFile source = file;
        OneShotMono.<CheckedBuffers.Buffer>create(under.loop(), (loop, actual) -> new ReadOnce<>(source, false, actual,
                position, maxBytes, buffers)).subscribe(subscriber);
        return subscriber;
    }

    private TestSubscriber<Long> write(long position, byte[] bytes) {
        return write(file, position, List.of(ByteBuffer.wrap(bytes)));
    }

    private TestSubscriber<Long> write(OpenFile target, long position, List<ByteBuffer> data) {
        TestSubscriber<Long> subscriber = TestSubscriber.create();
        OneShotMono.<Long>create(under.loop(), (loop, actual) -> new WriteOnce<>(target, false, actual, position, data,
                BufferReader.byteBuffers(), loan -> {
                })).subscribe(subscriber);
        return subscriber;
    }

    private List<Integer> lengths(int opcode) {
        return under.ring().taken(opcode).stream().map(SqeBytes::len).toList();
    }
}
