package io.github.reactoruring.internal.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;

import io.github.reactoruring.Completion;
import io.github.reactoruring.UringCancelledException;
import io.github.reactoruring.UringException;
import io.github.reactoruring.internal.loop.DisposalBatch;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.internal.source.raw.PollMultishot;
import io.github.reactoruring.internal.source.raw.RawMultishot;
import io.github.reactoruring.internal.source.read.StreamRead;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.netty.NettyBuffers;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.ScriptedLoop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ReferenceCountUtil;
import reactor.core.CoreSubscriber;
import reactor.test.subscriber.TestSubscriber;
import reactor.util.context.Context;

/** Holds multishot sources to their bound, their pauses and what their completions carry. */
@Tag("race")
class MultishotLoopTest {

    private static final int CAPACITY = Multishot.CAPACITY;

    private final ScriptedLoop under = ScriptedLoop.open();
    private final int descriptor = under.descriptor();

    @AfterEach
    void close() {
        under.close();
    }

    @Test
    void whatACompletionCarriesThatCouldNotBeMadeAValueIsFreedOnce() {
        List<Integer> freed = new ArrayList<>();
        OpenFile file = under.openFile("pipe");
        TestSubscriber<String> subscriber = TestSubscriber.create();
        MultishotFlux.create(under.loop(), loop -> new MultishotOperation<String>() {
            @Override
            public int opcode() {
                return IoUringAbi.IORING_OP_POLL_ADD;
            }

            @Override
            public void prepare(Sqe sqe) {
                Prep.pollMultishot(sqe, file.descriptor(), 1);
            }

            @Override
            public String value(int result, int flags, long userData) {
                throw new OutOfMemoryError("a test's");
            }

            @Override
            public Ending ending(int result, int flags) {
                return Ending.REARM;
            }

            @Override
            public IOException error(int result) {
                return new IOException();
            }

            @Override
            public void discardCompletion(int result, int flags, long userData, Context context) {
                if (result > 0) {
                    freed.add(result);
                }
            }
        }).subscribe(subscriber);
        under.turn();
        under.ring().kernel().emit(under.only(), 7);
        under.turns(3);

        assertThat(subscriber.expectTerminalError()).isInstanceOf(OutOfMemoryError.class);
        assertThat(freed).containsExactly(7);
        assertThat(under.ring().kernel().inFlight()).isEmpty();
    }

    @Test
    void aFullBufferPausesTheRequestAndWhatStillArrivesIsKept() {
        TestSubscriber<Integer> subscriber = poll(1);
        emit(CAPACITY + 11);
        under.turns(5);
        assertThat(under.ring().kernel().inFlight()).isEmpty();
        assertThat(under.ring().cancels()).hasSize(1);
        assertThat(subscriber.getReceivedOnNext()).hasSize(1);

        subscriber.request(CAPACITY + 10);
        assertThat(subscriber.getReceivedOnNext()).hasSize(CAPACITY + 11);
        subscriber.cancel();
    }

    @Test
    void itIsArmedAgainOnceTheBufferHasDrainedAndNotAtEveryDip() {
        TestSubscriber<Integer> subscriber = poll(1);
        emit(CAPACITY + 1);
        under.turns(5);
        for (int buffered = CAPACITY; buffered > CAPACITY / 4 + 1; buffered--) {
            subscriber.request(1);
            under.turn();
            assertThat(under.ring().kernel().inFlight()).as("with %s buffered", buffered - 1).isEmpty();
        }
        subscriber.request(1);
        under.turns(2);
        assertThat(under.ring().kernel().inFlight()).hasSize(1);
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_POLL_ADD)).hasSize(2);

        subscriber.request(Long.MAX_VALUE);
        emit(3);
        under.turn();
        assertThat(subscriber.getReceivedOnNext()).hasSize(CAPACITY + 4);
        subscriber.cancel();
    }

    @Test
    void demandThatComesBeforeTheFinalCqeOfThePauseIsNotLost() {
        TestSubscriber<Integer> subscriber = poll(1);
        under.turn();
        KernelRequest request = under.only();
        // The cancel will not find it: its final CQE takes its time.
        for (int i = 0; i < CAPACITY + 1; i++) {
            under.ring().kernel().emit(request);
        }
        request.moveTo(Place.DEVICE);
        under.turns(20);
        subscriber.request(Long.MAX_VALUE);
        under.turns(5);
        assertThat(subscriber.getReceivedOnNext()).hasSize(CAPACITY + 1);
        assertThat(under.only()).isSameAs(request);

        under.ring().kernel().complete(request, -Errno.ECANCELED, 0);
        under.turns(3);
        assertThat(under.only()).isNotSameAs(request);
        emit(1);
        under.turn();
        assertThat(subscriber.getReceivedOnNext()).hasSize(CAPACITY + 2);
        subscriber.cancel();
    }

    @ParameterizedTest
    @ValueSource(ints = {-Errno.ECANCELED, -Errno.EINTR, -Errno.ERESTARTSYS, 1})
    void aPausedRequestMayEndInAnyWayACancelledOneDoes(int result) {
        TestSubscriber<Integer> subscriber = poll(1);
        under.turn();
        KernelRequest request = under.only();
        for (int i = 0; i < CAPACITY + 1; i++) {
            under.ring().kernel().emit(request);
        }
        request.moveTo(Place.WORKER_RUNNING);
        under.turns(20);
        under.ring().kernel().complete(request, result, 0);
        under.turns(2);
        subscriber.request(Long.MAX_VALUE);
        under.turns(2);

        assertThat(subscriber.isTerminated()).isFalse();
        assertThat(under.ring().kernel().inFlight()).hasSize(1);
        subscriber.cancel();
    }

    @Test
    void wantOfBuffersIsAPause() {
        TestSubscriber<Integer> subscriber = poll(Long.MAX_VALUE);
        emit(2);
        under.ring().kernel().complete(under.only(), -Errno.ENOBUFS, 0);
        under.turnUntil("armed again", () -> under.ring().inFlight(IoUringAbi.IORING_OP_POLL_ADD).size() == 1);
        emit(1);
        under.turn();
        assertThat(subscriber.getReceivedOnNext()).hasSize(3);
        assertThat(subscriber.isTerminated()).isFalse();
        subscriber.cancel();
    }

    @Test
    void aDisposalEndsAPauseForWantOfBuffers() {
        TestSubscriber<Integer> subscriber = poll(1);
        under.ring().kernel().complete(under.only(), -Errno.ENOBUFS, 0);
        under.turns(2);
        assertThat(under.only().opcode()).isEqualTo(IoUringAbi.IORING_OP_TIMEOUT);
        subscriber.cancel();
        under.turns(2);
        assertThat(under.ring().kernel().inFlight()).isEmpty();
    }

    @Test
    void aPollThatTheKernelEndsIsArmedAgain() {
        TestSubscriber<Integer> subscriber = poll(Long.MAX_VALUE);
        under.ring().kernel().complete(under.only(), 1, 0);
        under.turns(2);
        emit(1);
        under.turn();
        assertThat(subscriber.getReceivedOnNext()).hasSize(2);
        subscriber.cancel();
    }

    /** Somebody else may have filled the completion queue: that is no end. */
    @Test
    void anAcceptThatTheKernelEndsIsArmedAgain() {
        TestSubscriber<?> subscriber = accept(Long.MAX_VALUE);
        under.ring().kernel().emit(under.only());
        under.turn();
        int last = under.descriptor();
        under.ring().kernel().complete(under.only(), last, 0);
        under.turns(2);
        assertThat(subscriber.getReceivedOnNext()).hasSize(2);
        assertThat(subscriber.isTerminated()).isFalse();

        emit(1);
        assertThat(subscriber.getReceivedOnNext()).hasSize(3);
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_ACCEPT)).hasSize(2);
        subscriber.cancel();
    }

    @Test
    void aRawOneShotIsCompleteWhenItEnds() {
        TestSubscriber<Completion> subscriber = raw(
                Operation.of(Opcode.POLL_ADD).fd(descriptor).operationFlags(1));
        under.ring().kernel().complete(under.only(), 1, 0);
        under.turns(2);
        assertThat(subscriber.getReceivedOnNext()).hasSize(1);
        assertThat(subscriber.isTerminatedComplete()).isTrue();
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_POLL_ADD)).hasSize(1);
    }

    /** What the operation points to is used again each time it is armed. */
    @Test
    void memoryIsReleasedWhenNothingWillBeArmedAgain() {
        AtomicInteger released = new AtomicInteger();
        TestSubscriber<Completion> subscriber = raw(Operation.of(Opcode.ACCEPT).fd(descriptor)
                .ioprio(IoUringAbi.IORING_ACCEPT_MULTISHOT).onRelease(released::incrementAndGet));
        under.ring().kernel().complete(under.only(), under.descriptor(), 0);
        under.turns(2);
        assertThat(released).as("armed again").hasValue(0);
        subscriber.cancel();
        under.turns(3);
        assertThat(released).hasValue(1);
    }

    @Test
    void memoryIsReleasedOnceWhenItWasNeverArmed() {
        AtomicInteger released = new AtomicInteger();
        Operation accept = Operation.of(Opcode.ACCEPT).fd(descriptor).ioprio(IoUringAbi.IORING_ACCEPT_MULTISHOT)
                .onRelease(released::incrementAndGet);
        TestSubscriber<Completion> subscriber = TestSubscriber.builder().initialRequest(0).build();
        MultishotFlux.create(under.loop(), loop -> new RawMultishot(under.loop(), accept)).subscribe(subscriber);
        under.turn();
        assertThat(released).hasValue(0);
        subscriber.cancel();
        under.turn();
        assertThat(released).hasValue(1);
    }

    /** The user's buffers: only the user can give them back. */
    @Test
    void aBufferThatArrivesLateOrWithAnErrorGoesToTheHook() {
        List<Object> discarded = new ArrayList<>();
        Probe<Completion> subscriber = Probe.discarding(discarded::add);
        Operation receive = Operation.of(Opcode.RECV).fd(descriptor).ioprio(IoUringAbi.IORING_RECV_MULTISHOT);
        MultishotFlux.create(under.loop(), loop -> new RawMultishot(under.loop(), receive)).subscribe(subscriber);
        subscriber.request(1);
        under.turn();
        KernelRequest request = under.only();
        request.moveTo(Place.WORKER_RUNNING);
        subscriber.dispose();
        under.turn();
        under.ring().post(request.sqe().userData(), 5, IoUringAbi.IORING_CQE_F_MORE | buffer(7));
        under.ring().kernel().complete(request, -Errno.ECANCELED, buffer(8));
        under.turns(3);

        assertThat(discarded).extracting(late -> ((Completion) late).bufferId()).containsExactly(7, 8);
    }

    private static int buffer(int id) {
        return id << IoUringAbi.IORING_CQE_BUFFER_SHIFT | IoUringAbi.IORING_CQE_F_BUFFER;
    }

    private TestSubscriber<Completion> raw(Operation operation) {
        TestSubscriber<Completion> subscriber = TestSubscriber.create();
        MultishotFlux.create(under.loop(), loop -> new RawMultishot(under.loop(), operation)).subscribe(subscriber);
        under.turn();
        return subscriber;
    }

    @Test
    void anErrorComesAfterWhatIsBuffered() {
        TestSubscriber<Integer> subscriber = poll(1);
        emit(3);
        under.ring().kernel().complete(under.only(), -Errno.EIO, 0);
        under.turn();
        assertThat(subscriber.isTerminated()).isFalse();
        subscriber.request(2);
        assertThat(subscriber.getReceivedOnNext()).hasSize(3);
        assertThat(subscriber.expectTerminalError()).isInstanceOf(UringException.class);
    }

    @Test
    void aCancelThatNobodyOfOursMadeIsAnError() {
        TestSubscriber<Integer> subscriber = poll(Long.MAX_VALUE);
        under.ring().kernel().complete(under.only(), -Errno.ECANCELED, 0);
        under.turn();
        assertThat(subscriber.expectTerminalError()).isInstanceOf(UringCancelledException.class);
    }

    @Test
    void connectionsThatNobodyTakesAreClosed() {
        TestSubscriber<?> subscriber = accept(1);
        KernelRequest request = under.only();
        int before = under.ring().files().stillOpen().size();
        for (int i = 0; i < 5; i++) {
            under.ring().kernel().emit(request);
        }
        under.turn();
        // One was taken, four are buffered; two more arrive after the disposal.
        request.moveTo(Place.WORKER_RUNNING);
        subscriber.cancel();
        under.turn();
        under.ring().kernel().emit(request);
        under.ring().kernel().emit(request);
        under.ring().kernel().complete(request, -Errno.ECANCELED, 0);
        under.turns(5);

        assertThat(under.ring().files().stillOpen()).hasSize(before + 1);
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_CLOSE)).hasSize(6);
    }

    /** Whoever follows the guide has a hook that closes what is discarded: the descriptor may be a stranger's by then. */
    @Test
    void aConnectionThatNobodyTakesIsClosedOnceWhateverHookThereIs() {
        List<Object> discarded = new ArrayList<>();
        Probe<Completion> subscriber = Probe.discarding(discarded::add);
        Operation accept = Operation.of(Opcode.ACCEPT).fd(descriptor).ioprio(IoUringAbi.IORING_ACCEPT_MULTISHOT);
        MultishotFlux.create(under.loop(), loop -> new RawMultishot(under.loop(), accept)).subscribe(subscriber);
        subscriber.request(1);
        under.turn();
        emit(4);
        subscriber.dispose();
        under.turns(5);

        assertThat(subscriber.values()).hasSize(1);
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_CLOSE)).hasSize(3);
        assertThat(discarded).as("closed once more by the hook").isEmpty();
    }

    /** What stands for no descriptor only the hook can give back: a buffer of the user's own, say. */
    @Test
    void aCompletionThatTheLibraryCannotFreeGoesToTheHook() {
        List<Object> discarded = new ArrayList<>();
        Probe<Completion> subscriber = Probe.discarding(discarded::add);
        Operation receive = Operation.of(Opcode.RECV).fd(descriptor).ioprio(IoUringAbi.IORING_RECV_MULTISHOT);
        MultishotFlux.create(under.loop(), loop -> new RawMultishot(under.loop(), receive)).subscribe(subscriber);
        subscriber.request(1);
        under.turn();
        emit(4);
        subscriber.dispose();
        under.turns(5);

        assertThat(discarded).hasSize(3);
    }

    @Test
    void aPooledBufferThatNobodyTakesIsReleasedOnceWhateverHookThereIs() {
        OpenFile pipe = under.openFile("pipe");
        List<Object> discarded = new ArrayList<>();
        Probe<ByteBuf> subscriber = Probe.discarding(discarded::add);
        PooledByteBufAllocator allocator = new PooledByteBufAllocator(true);
        MultishotFlux.create(under.loop(), loop -> new StreamRead<>(pipe, new NettyBuffers(allocator)))
                .subscribe(subscriber);
        subscriber.request(1);
        under.turns(2);
        emit(4);
        subscriber.dispose();
        under.turns(5);

        assertThat(discarded).as("released once more by the hook").isEmpty();
        subscriber.values().forEach(ReferenceCountUtil::release);
        assertThat(allocator.pinnedDirectMemory()).isZero();
    }

    @Test
    void aSourceWhoseBatchIsRejectedLearnsOfIt() {
        List<Integer> discarded = new ArrayList<>();
        TestSubscriber<Integer> subscriber = TestSubscriber.builder().initialRequest(1).build();
        MultishotFlux.create(under.loop(), loop -> new Discarding(discarded)).subscribe(subscriber);
        under.turn();
        emit(3);
        under.shutDown();
        // In a batch on another thread, after the loop's end.
        Thread canceller = Thread.ofPlatform().start(() -> DisposalBatch.run(subscriber::cancel));
        join(canceller);
        assertThat(discarded).hasSize(2);
    }

    @Test
    void aValueThatCannotBeMadeFailsTheSourceAndEndsTheRequest() {
        TestSubscriber<Integer> subscriber = TestSubscriber.create();
        MultishotFlux.create(under.loop(), loop -> new Failing()).subscribe(subscriber);
        under.turn();
        emit(1);
        under.turns(3);
        assertThat(subscriber.expectTerminalError()).hasMessage("no memory");
        assertThat(under.ring().kernel().inFlight()).isEmpty();
    }

    @Test
    void aLastValueThatCannotBeMadeFailsTheSourceToo() {
        TestSubscriber<Integer> subscriber = TestSubscriber.create();
        MultishotFlux.create(under.loop(), loop -> new Failing()).subscribe(subscriber);
        under.turn();
        under.ring().kernel().complete(under.only(), 1, 0);
        under.turns(3);
        assertThat(subscriber.expectTerminalError()).hasMessage("no memory");
        assertThat(under.ring().kernel().inFlight()).isEmpty();
    }

    @Test
    void aSubscriberThatThrowsEndsTheRequest() {
        MultishotFlux.create(under.loop(), loop -> new PollMultishot(descriptor, 1)).subscribe(new RudeSubscriber());
        under.turn();
        emit(2);
        under.turns(3);
        assertThat(under.ring().kernel().inFlight()).isEmpty();
    }

    private TestSubscriber<Integer> poll(long demand) {
        TestSubscriber<Integer> subscriber = TestSubscriber.builder().initialRequest(demand).build();
        MultishotFlux.create(under.loop(), loop -> new PollMultishot(descriptor, 1)).subscribe(subscriber);
        under.turn();
        return subscriber;
    }

    private TestSubscriber<?> accept(long demand) {
        TestSubscriber<Object> subscriber = TestSubscriber.builder().initialRequest(demand).build();
        Operation accept = Operation.of(Opcode.ACCEPT).fd(descriptor).ioprio(IoUringAbi.IORING_ACCEPT_MULTISHOT);
        MultishotFlux.create(under.loop(), loop -> new RawMultishot(under.loop(), accept)).subscribe(subscriber);
        under.turn();
        return subscriber;
    }

    private void emit(int count) {
        KernelRequest request = under.only();
        for (int i = 0; i < count; i++) {
            under.ring().kernel().emit(request);
        }
        under.turn();
    }

    @Test
    void aDiscardThatThrowsKeepsNoOtherValueFromBeingFreed() {
        List<Integer> discarded = new ArrayList<>();
        TestSubscriber<Integer> subscriber = TestSubscriber.builder().initialRequest(1).build();
        MultishotFlux.create(under.loop(), loop -> new Discarding(discarded) {
            @Override
            public void discard(Integer value, Context context) {
                super.discard(value, context);
                throw new AssertionError("a discard's own");
            }
        }).subscribe(subscriber);
        under.turn();
        emit(5);
        subscriber.cancel();
        under.turns(3);

        assertThat(subscriber.getReceivedOnNext()).hasSize(1);
        assertThat(discarded).hasSize(4);
        assertThat(under.ring().kernel().inFlight()).isEmpty();
    }

    @Test
    void whatArrivesForASubscriberThatThrewIsDiscarded() {
        List<Integer> late = new ArrayList<>();
        MultishotFlux.create(under.loop(), loop -> new Polling() {
            @Override
            public void discardCompletion(int result, int flags, long userData, Context context) {
                late.add(result);
            }
        }).subscribe(new RudeSubscriber());
        under.turn();
        emit(5);
        under.turns(3);

        assertThat(late).as("four values, and the end").hasSize(5);
        assertThat(under.ring().kernel().inFlight()).isEmpty();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private class Polling implements MultishotOperation<Integer> {

        @Override
        public int opcode() {
            return IoUringAbi.IORING_OP_POLL_ADD;
        }

        @Override
        public void prepare(Sqe sqe) {
            sqe.opcode(opcode()).fd(descriptor).len(IoUringAbi.IORING_POLL_ADD_MULTI).opFlags(1);
        }

        @Override
        public Integer value(int result, int flags, long userData) {
            return result;
        }

        @Override
        public Ending ending(int result, int flags) {
            return result < 0 ? Ending.ERROR : Ending.REARM;
        }

        @Override
        public IOException error(int result) {
            return Errors.of(-result, "POLL_ADD", null);
        }
    }

    private final class Failing extends Polling {

        @Override
        public Integer value(int result, int flags, long userData) {
            throw new IllegalStateException("no memory");
        }
    }

    private class Discarding extends Polling {

        private final List<Integer> discarded;

        Discarding(List<Integer> discarded) {
            this.discarded = discarded;
        }

        @Override
        public void discard(Integer value, Context context) {
            discarded.add(value);
        }
    }

    private static final class RudeSubscriber implements CoreSubscriber<Integer> {

        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Integer value) {
            throw new IllegalStateException("a subscriber's own");
        }

        @Override
        public void onError(Throwable error) {
            throw new IllegalStateException(error);
        }

        @Override
        public void onComplete() {
        }
    }
}
