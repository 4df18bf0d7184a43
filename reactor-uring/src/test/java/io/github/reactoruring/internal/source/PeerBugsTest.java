package io.github.reactoruring.internal.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.Completion;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.internal.facet.RingRaw;
import io.github.reactoruring.internal.loop.DisposalBatch;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.loop.Request;
import io.github.reactoruring.internal.loop.RingTables;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.ring.scripted.CancelRecord;
import io.github.reactoruring.internal.ring.scripted.CheckedBuffers;
import io.github.reactoruring.internal.ring.scripted.KernelBehaviour;
import io.github.reactoruring.internal.ring.scripted.KernelFile;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.internal.source.file.OpenHow;
import io.github.reactoruring.internal.source.file.OpenMono;
import io.github.reactoruring.internal.source.raw.PollMultishot;
import io.github.reactoruring.internal.source.read.FileReadFlux;
import io.github.reactoruring.internal.source.read.StreamRead;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.FileWrites;
import io.github.reactoruring.testing.RecordingRequest;
import io.github.reactoruring.testing.ScriptedLoop;
import reactor.test.subscriber.TestSubscriber;

/** Holds that the bugs other users of io_uring had are not ours; each test is named after the report it comes from. */
@Tag("fault")
class PeerBugsTest {

    @TempDir
    static Path directory;

    private ScriptedLoop under = ScriptedLoop.open();

    @AfterEach
    void close() {
        under.close();
    }

    @Test
    void sqeIsNotReusedBeforeTheKernelTookIt_tokio8255() {
        replace(ScriptedLoop.open(4, 64));
        List<RecordingRequest> nops = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            nops.add(RecordingRequest.nop(under.loop()).submitted());
        }
        // Each enter takes less than the queue holds, while more is staged behind.
        under.ring().takeAtMost(1, 3, 0, 2, 1, 1, 4, 2, 3, 1, 1, 1);
        under.turnUntil("all over", () -> nops.stream().allMatch(Request::isRetired));

        assertThat(under.ring().taken()).extracting(SqeBytes::userData)
                .containsExactlyElementsOf(nops.stream().map(Request::userData).toList());
    }

    @Test
    void cancelsAreNotDroppedOnAFullQueue_zio623_glommio512() {
        replace(ScriptedLoop.open(4, 256, EnumSet.allOf(RingFeature.class), CancelPolicy.perRequest()));
        List<RecordingRequest> polls = polls(40);
        // The queue is full of what the kernel does not take yet, and the cancels have to wait behind it.
        List<RecordingRequest> nops = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            nops.add(RecordingRequest.nop(under.loop()).submitted());
        }
        under.ring().refuseEnter(Errno.EBUSY);
        under.turn();
        polls.forEach(Request::dispose);
        under.ring().refuseEnter(Errno.EBUSY, Errno.EBUSY);
        under.turnUntil("all cancelled", () -> polls.stream().allMatch(Request::isRetired));

        assertThat(under.ring().cancels()).hasSize(40).allMatch(cancel -> cancel.result() == 0);
        assertThat(nops).allMatch(Request::isRetired);
    }

    @Test
    void aReusedSlotIsNotCancelledForItsPredecessor_libxev233() {
        RecordingRequest first = polls(1).getFirst();
        first.dispose();
        // Its end and its disposal cross: the cancel is staged for a request that is over when the kernel looks.
        under.ring().kernel().complete(under.only(), 1, 0);
        under.ring().takeAtMost(0);
        under.turn();
        List<RecordingRequest> next = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            next.add(poll().submitted());
        }
        under.turns(5);

        assertThat(next).noneMatch(Request::isRetired);
        assertThat(under.ring().cancels()).flatExtracting(CancelRecord::hits).isEmpty();
    }

    @Test
    void aCancelCarriesItsTargetsWholeUserData_A10_4c63b7f() {
        // With the tag bits, and a generation other than zero.
        RecordingRequest earlier = polls(1).getFirst();
        earlier.dispose();
        under.turn();
        List<RecordingRequest> polls = polls(100);
        polls.get(63).dispose();
        under.takeCancels();
        under.turn();
        assertThat(under.ring().cancels()).singleElement().satisfies(cancel -> {
            assertThat(cancel.sqe().addr()).isEqualTo(polls.get(63).userData());
            assertThat(cancel.result()).isZero();
        });
        assertThat(polls).filteredOn(Request::isRetired).containsExactly(polls.get(63));
    }

    @Test
    void aCancelGoesToTheRingOfItsTarget_silk59() {
        try (ScriptedLoop other = ScriptedLoop.open()) {
            List<RecordingRequest> here = polls(3);
            List<RecordingRequest> there = List.of(RecordingRequest.poll(other.loop(), other.descriptor()).submitted(),
                    RecordingRequest.poll(other.loop(), other.descriptor()).submitted());
            other.turn();
            // The same numbers on both rings.
            assertThat(there.getFirst().userData()).isEqualTo(here.getFirst().userData());
            DisposalBatch.run(() -> {
                there.getFirst().dispose();
                here.get(1).dispose();
            });
            under.turns(2);
            other.turns(2);

            assertThat(here).filteredOn(Request::isRetired).containsExactly(here.get(1));
            assertThat(there).filteredOn(Request::isRetired).containsExactly(there.getFirst());
        }
    }

    @Test
    void noStaleBytesReachTheKernel_liburing690() {
        replace(ScriptedLoop.open(2, 64));
        for (int round = 0; round < 6; round++) {
            RecordingRequest.of(under.loop(), IoUringAbi.IORING_OP_FSYNC, sqe -> sqe.fd(-1).flags(0x10).ioprio(3)
                    .off(-1).addr(-1).len(-1).opFlags(-1).bufIndex(7).fileIndex(9)).submit();
            RecordingRequest broken = RecordingRequest.of(under.loop(), IoUringAbi.IORING_OP_READ, sqe -> {
                sqe.fd(3).addr(0xdead).len(100).off(7);
                throw new IllegalStateException("prepared in part");
            }).submitted();
            RecordingRequest nop = RecordingRequest.nop(under.loop()).submitted();
            under.turnUntil("over", () -> nop.isRetired() && broken.isRetired());
        }
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_NOP)).hasSize(12).allMatch(sqe -> sqe.flags() == 0
                && sqe.off() == 0 && sqe.addr() == 0 && sqe.len() == 0 && sqe.opFlags() == 0 && sqe.bufIndex() == 0
                && sqe.fileIndex() == 0 && sqe.ioprio() == 0);
        under.turnUntil("idle", () -> under.ring().kernel().inFlight().isEmpty());
    }

    @Test
    void aZeroCopyNotificationRetiresOnlyItsOwnSend_folly_579f4cc87() {
        MemorySegment data = under.ring().memory().allocate(64);
        int[] released = new int[2];
        int socket = under.descriptor();
        List<TestSubscriber<Completion>> sends = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            int index = i;
            TestSubscriber<Completion> send = TestSubscriber.create();
            Operation operation = Operation.of(Opcode.SEND_ZC).fd(socket).buffer(data)
                    .onRelease(() -> released[index]++);
            new RingRaw(under.loop()).submit(operation).subscribe(send);
            sends.add(send);
        }
        under.turn();
        List<KernelRequest> notifying = under.ring().kernel().inFlight();
        assertThat(notifying).hasSize(2).allMatch(request -> request.place() == Place.NOTIFYING);
        assertThat(sends).noneMatch(TestSubscriber::isTerminated);
        sends.getFirst().cancel();
        under.turns(3);
        assertThat(released).as("the memory is the kernel's still").containsExactly(0, 0);

        under.ring().kernel().notifySent(notifying.getFirst());
        under.turn();
        assertThat(released).containsExactly(1, 0);
        assertThat(sends.get(1).isTerminated()).isFalse();
        under.ring().kernel().notifySent(notifying.get(1));
        under.turn();
        assertThat(released).containsExactly(1, 1);
        assertThat(sends.get(1).getReceivedOnNext()).extracting(Completion::result).containsExactly(64);
    }

    @Test
    void anOpenedDescriptorThatNobodyWaitsForIsClosed_tokio7979() throws IOException {
        Path file = Files.createTempFile(directory, "opened", "");
        under.ring().behaviour(slow(IoUringAbi.IORING_OP_OPENAT));
        TestSubscriber<OpenFile> subscriber = TestSubscriber.create();
        OpenMono.create(under.loop(), file.toString(), new OpenHow(0, 0, false, false),
                (opened, status, slow) -> opened)
                .subscribe(subscriber);
        under.turn();
        subscriber.cancel();
        under.turns(2);
        under.ring().kernel().complete(under.only());
        under.turns(3);
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_CLOSE)).hasSize(1);
        assertThat(under.ring().files().stillOpen()).isEmpty();
    }

    @Test
    void anAcceptedDescriptorThatNobodyWaitsForIsClosed_monoio318() {
        under.ring().behaviour(slow(IoUringAbi.IORING_OP_ACCEPT));
        TestSubscriber<Completion> subscriber = TestSubscriber.create();
        Operation accept = Operation.of(Opcode.ACCEPT).fd(under.descriptor());
        new RingRaw(under.loop()).submit(accept).subscribe(subscriber);
        under.turn();
        subscriber.cancel();
        under.turns(2);
        under.ring().kernel().complete(under.only());
        under.turns(3);
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_CLOSE)).hasSize(1);
        assertThat(under.ring().files().stillOpen()).as("the listening one").hasSize(1);
    }

    @Test
    void theBufferOfAnErrorCompletionGoesBack_liburing359() {
        OpenFile file = under.openFile("pipe");
        TestSubscriber<CheckedBuffers.Buffer> subscriber = TestSubscriber.create();
        CheckedBuffers buffers = new CheckedBuffers(under.ring());
        MultishotFlux.create(under.loop(), loop -> new StreamRead<>(file, buffers)).subscribe(subscriber);
        under.turn();
        KernelRequest request = under.only();
        under.ring().kernel().emit(request);
        under.turn();
        int taken = under.ring().kernel().takeProvided(RingTables.OWN_BUFFER_GROUP);
        under.ring().kernel().complete(request, -Errno.EIO,
                IoUringAbi.IORING_CQE_F_BUFFER | taken << IoUringAbi.IORING_CQE_BUFFER_SHIFT);
        under.turn();

        assertThat(subscriber.getReceivedOnNext()).hasSize(1);
        assertThat(subscriber.isTerminatedError()).isTrue();
        assertThat(under.ring().kernel().providedOut()).isZero();
    }

    @Test
    void buffersThatArriveAfterTheDisposalGoBack_liburing359() {
        OpenFile file = under.openFile("pipe");
        TestSubscriber<CheckedBuffers.Buffer> subscriber = TestSubscriber.builder().initialRequest(1).build();
        CheckedBuffers buffers = new CheckedBuffers(under.ring());
        MultishotFlux.create(under.loop(), loop -> new StreamRead<>(file, buffers)).subscribe(subscriber);
        under.turn();
        KernelRequest request = under.only();
        for (int i = 0; i < 10; i++) {
            under.ring().kernel().emit(request);
        }
        under.turn();
        request.moveTo(Place.WORKER_RUNNING);
        subscriber.cancel();
        under.turn();
        under.ring().kernel().emit(request);
        int taken = under.ring().kernel().takeProvided(RingTables.OWN_BUFFER_GROUP);
        under.ring().kernel().complete(request, -Errno.ECANCELED,
                IoUringAbi.IORING_CQE_F_BUFFER | taken << IoUringAbi.IORING_CQE_BUFFER_SHIFT);
        under.turns(2);

        assertThat(under.ring().kernel().providedOut()).isZero();
        assertThat(buffers.releasedBuffers()).as("buffered and not emitted").isEqualTo(9);
    }

    @Test
    void anOverflowIsFlushed_tokio8277_libuv4598() {
        replace(ScriptedLoop.open(64, 8, EnumSet.complementOf(EnumSet.of(RingFeature.CQE_SKIP)),
                CancelPolicy.perRequest()));
        List<RecordingRequest> polls = polls(8);
        DisposalBatch.run(() -> polls.forEach(Request::dispose));
        under.turnUntil("all over", () -> polls.stream().allMatch(Request::isRetired));
        assertThat(under.ring().overflowed()).isFalse();
        assertThat(under.stats().overflows()).isPositive();
    }

    @Test
    void theWakePollIsArmedAgainAfterLosingFMore_commonware3159() {
        replace(ScriptedLoop.without(RingFeature.SEND_MSG_RING));
        under.turn();
        for (int round = 0; round < 3; round++) {
            under.ring().kernel().complete(under.only(), 1, 0);
            under.turns(2);
            boolean[] ran = new boolean[1];
            under.ring().whenIdle(() -> {
                Thread other = Thread.ofPlatform().start(() -> under.loop().execute(() -> ran[0] = true));
                return joined(other);
            });
            under.turnUntil("the task run", () -> ran[0]);
        }
    }

    @Test
    void wantOfBuffersIsAPauseAndNotTheEnd_ioxide93() {
        OpenFile file = under.openFile("pipe");
        TestSubscriber<CheckedBuffers.Buffer> subscriber = TestSubscriber.create();
        CheckedBuffers buffers = new CheckedBuffers(under.ring());
        MultishotFlux.create(under.loop(), loop -> new StreamRead<>(file, buffers)).subscribe(subscriber);
        under.turn();
        under.ring().kernel().complete(under.only(), -Errno.ENOBUFS, 0);
        under.turnUntil("armed again",
                () -> under.ring().inFlight(IoUringAbi.IORING_OP_READ_MULTISHOT).size() == 1);
        under.ring().kernel().emit(under.only());
        under.turn();
        assertThat(subscriber.getReceivedOnNext()).hasSize(1);
        assertThat(subscriber.isTerminated()).isFalse();
        subscriber.cancel();
    }

    @Test
    void aShortReadIsProgress_turmoil286() throws IOException {
        byte[] content = new byte[1000];
        Path file = Files.write(directory.resolve("short"), content);
        under.ring().behaviour(new KernelBehaviour() {
            @Override
            protected int transfer(KernelRequest request, int bytes) {
                return Math.max(1, bytes / 2);
            }
        });
        TestSubscriber<CheckedBuffers.Buffer> subscriber = TestSubscriber.create();
        FileReadFlux.create(under.loop(), file.toString(), ReadOptions.defaults().withChunkBytes(300),
                new CheckedBuffers(under.ring())).subscribe(subscriber);
        under.turnUntil("the end", subscriber::isTerminated);
        assertThat(subscriber.getReceivedOnNext()).extracting(buffer -> buffer.bytes().length)
                .containsExactly(300, 300, 300, 100);
    }

    @Test
    void demandBetweenTheCancelAndTheFinalCqeIsNotLost_netty17049() {
        int descriptor = under.descriptor();
        TestSubscriber<Integer> subscriber = TestSubscriber.builder().initialRequest(1).build();
        MultishotFlux.create(under.loop(), loop -> new PollMultishot(descriptor, 1)).subscribe(subscriber);
        under.turn();
        KernelRequest request = under.only();
        for (int i = 0; i <= Multishot.CAPACITY; i++) {
            under.ring().kernel().emit(request);
        }
        request.moveTo(Place.WORKER_RUNNING);
        under.turns(20);
        subscriber.request(Long.MAX_VALUE);
        under.ring().kernel().complete(request, -Errno.ECANCELED, 0);
        under.turns(3);
        under.ring().kernel().emit(under.only());
        under.turn();
        assertThat(subscriber.getReceivedOnNext()).hasSize(Multishot.CAPACITY + 2);
        subscriber.cancel();
    }

    @Test
    void theRingStaysOpenWhileAWorkerWrites_cloudHypervisor8408() {
        under.ring().behaviour(slow(IoUringAbi.IORING_OP_WRITE));
        OpenFile file = new OpenFile(under.loop(), under.ring().files().create("file", KernelFile.Kind.REGULAR), false,
                "file");
        TestSubscriber<Long> subscriber = TestSubscriber.create();
        OneShotMono.<Long>create(under.loop(),
                (loop, actual) -> FileWrites.of(file, actual, 0, ByteBuffer.wrap(new byte[64])))
                .subscribe(subscriber);
        under.turn();
        under.only().moveTo(Place.WORKER_RUNNING);
        subscriber.cancel();
        EventLoop loop = under.loop();
        loop.close(10_000_000_000L);
        under.turns(50);
        assertThat(under.ring().isClosed()).isFalse();
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_CLOSE)).isEmpty();
        under.ring().kernel().complete(under.only(), 64);
        under.turnUntil("the loop over", under::isOver);
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_CLOSE)).hasSize(1);
    }

    @Test
    void aMultishotIsNotArmedAgainAtEveryDipOfDemand_reactorNetty3833() {
        int descriptor = under.descriptor();
        TestSubscriber<Integer> subscriber = TestSubscriber.builder().initialRequest(1).build();
        MultishotFlux.create(under.loop(), loop -> new PollMultishot(descriptor, 1)).subscribe(subscriber);
        under.turn();
        for (int i = 0; i < 2_000; i++) {
            under.ring().kernel().emit(under.only());
            under.turn();
            subscriber.request(1);
        }
        assertThat(subscriber.getReceivedOnNext()).hasSize(2_000);
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_POLL_ADD)).hasSize(1);
        assertThat(under.ring().cancels()).isEmpty();
        subscriber.cancel();
    }

    private static boolean joined(Thread thread) {
        try {
            thread.join();
            return true;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static KernelBehaviour slow(int opcode) {
        return new KernelBehaviour() {
            @Override
            protected Place place(KernelRequest request) {
                return request.opcode() == opcode ? Place.DEVICE : super.place(request);
            }
        };
    }

    private RecordingRequest poll() {
        return RecordingRequest.poll(under.loop(), under.descriptor());
    }

    private List<RecordingRequest> polls(int count) {
        List<RecordingRequest> polls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            polls.add(poll().submitted());
        }
        under.spinUntil("in flight", () -> under.ring().kernel().inFlight().size() >= count);
        return polls;
    }

    private void replace(ScriptedLoop other) {
        under.close();
        under = other;
    }
}
