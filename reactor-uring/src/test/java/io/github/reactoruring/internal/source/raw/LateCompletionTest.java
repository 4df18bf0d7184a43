package io.github.reactoruring.internal.source.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;

import io.github.reactoruring.Completion;
import io.github.reactoruring.internal.facet.RingRaw;
import io.github.reactoruring.internal.ring.scripted.KernelBehaviour;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.OpenFlags;
import io.github.reactoruring.internal.sys.Syscalls;
import io.github.reactoruring.raw.Chain;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.ScriptedLoop;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.BaseSubscriber;
import reactor.util.context.Context;

/** Holds raw sources to giving back what arrives for nobody, and to one release for each subscriber. */
@Tag("race")
class LateCompletionTest {

    private final ScriptedLoop under = ScriptedLoop.open();
    private final int descriptor = under.descriptor();
    private final RingRaw raw = new RingRaw(under.loop());
    private final List<Object> discarded = new ArrayList<>();
    private final AtomicInteger released = new AtomicInteger();

    @AfterEach
    void close() {
        under.close();
    }

    private Operation receive() {
        return Operation.of(Opcode.RECV).fd(descriptor).flags(IoUringAbi.IOSQE_BUFFER_SELECT)
                .onRelease(released::incrementAndGet);
    }

    private Operation accept() {
        return Operation.of(Opcode.ACCEPT).fd(descriptor);
    }

    private static int buffer(int id) {
        return id << IoUringAbi.IORING_CQE_BUFFER_SHIFT | IoUringAbi.IORING_CQE_F_BUFFER;
    }

    private <T> Probe<T> start(Publisher<T> source) {
        Probe<T> probe = Probe.discarding(discarded::add);
        source.subscribe(probe);
        probe.request(1);
        under.turn();
        return probe;
    }

    @Test
    void aBufferThatComesWithALateCompletionGoesToTheHook() {
        Probe<Completion> probe = start(raw.submit(receive()));
        KernelRequest request = under.only();
        request.moveTo(Place.WORKER_RUNNING);
        probe.dispose();
        under.ring().kernel().complete(request, 5, buffer(9));
        under.turns(3);

        probe.assertSilent();
        assertThat(discarded).extracting(late -> ((Completion) late).bufferId()).containsExactly(9);
        assertThat(released).hasValue(1);
    }

    @Test
    void aBufferThatComesWithAnErrorGoesToTheHook() {
        Probe<Completion> probe = start(raw.submit(receive()));
        under.ring().kernel().complete(under.only(), -Errno.EIO, buffer(9));
        under.turns(2);

        assertThat(probe.error()).isNotNull();
        assertThat(discarded).extracting(late -> ((Completion) late).bufferId()).containsExactly(9);
    }

    @Test
    void aBufferThatCameWithALinkOfACancelledChainGoesToTheHook() {
        Probe<List<Completion>> probe = start(raw.submit(Chain.of(receive()).then(accept())));
        under.ring().kernel().complete(under.ring().inFlight(IoUringAbi.IORING_OP_RECV).getFirst(), 5, buffer(9));
        under.turn();
        probe.dispose();
        under.turns(5);

        assertThat(discarded).extracting(late -> ((Completion) late).bufferId()).containsExactly(9);
        assertThat(under.ring().kernel().inFlight()).isEmpty();
    }

    /** The context is asked for the discard hook alone: who has none to give loses that, and no descriptor. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDescriptorThatComesLateForASubscriberThatThrowsIsClosed(boolean multishot) {
        List<Throwable> dropped = new ArrayList<>();
        Operation accept = accept();
        BaseSubscriber<Completion> throwing = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                request(1);
            }

            @Override
            public Context currentContext() {
                throw new IllegalStateException("a test's");
            }

            @Override
            protected void hookOnError(Throwable throwable) {
                dropped.add(throwable);
            }
        };
        if (multishot) {
            raw.stream(accept).subscribe((CoreSubscriber<Completion>) throwing);
        } else {
            raw.submit(accept).subscribe((CoreSubscriber<Completion>) throwing);
        }
        under.turn();
        KernelRequest request = under.only();
        request.moveTo(Place.WORKER_RUNNING);
        throwing.cancel();
        under.ring().kernel().complete(request);
        under.turns(3);

        assertThat(under.ring().taken(IoUringAbi.IORING_OP_CLOSE)).hasSize(1);
        assertThat(dropped).isEmpty();
    }

    /** Between the cancel and its arrival the ring breaks: nobody but the one that is turned away can free it. */
    @Test
    void aChainThatIsCancelledAsTheRingBreaksClosesWhatItsLinksBrought() {
        // A real one: what is closed without the ring is closed by the kernel.
        int[] ends = new int[2];
        assertThat(Syscalls.pipe2(ends, OpenFlags.O_CLOEXEC)).isZero();
        Probe<List<Completion>> probe = start(raw.submit(Chain.of(accept()).then(accept())));
        under.ring().kernel().complete(under.ring().inFlight(IoUringAbi.IORING_OP_ACCEPT).getFirst(), ends[0],
                0);
        under.turn();
        under.ring().behaviour(new KernelBehaviour() {
            @Override
            protected int refuse(int offered) {
                Thread canceller = Thread.ofPlatform().start(probe::dispose);
                try {
                    canceller.join();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                return -Errno.EBADF;
            }
        });
        raw.nop().subscribe(nothing -> {
        }, error -> {
        });
        under.turn();

        assertThat(under.isOver()).isTrue();
        probe.assertSilent();
        assertThat(Syscalls.close(ends[0])).as("closed already").isEqualTo(-Errno.EBADF);
        assertThat(Syscalls.close(ends[1])).isZero();
    }

    /** Its last completion says that the memory is free, and nothing of what was sent. */
    @Test
    void aZeroCopySendInAChainTellsWhatWasSent() {
        MemorySegment data = under.ring().memory().allocate(10);
        Operation send = Operation.of(Opcode.SEND_ZC).fd(descriptor).buffer(data);
        Probe<List<Completion>> probe = start(raw.submit(Chain.of(send).then(Operation.of(Opcode.NOP))));
        under.turnUntil("the end", probe::isTerminated);

        assertThat(probe.values().getFirst()).extracting(Completion::result).containsExactly(10, 0);
        assertThat(probe.values().getFirst()).noneMatch(Completion::notification);
        under.ring().memory().free(data);
    }

    @Test
    void aRequestThatIsCancelledBeforeItWasAskedForIsReleased() {
        Probe<Completion> probe = Probe.idle();
        raw.submit(receive()).subscribe(probe);
        under.turn();
        assertThat(released).hasValue(0);
        probe.dispose();
        under.turn();
        assertThat(released).hasValue(1);
    }

    @Test
    void eachLinkOfAChainThatIsCancelledBeforeItWasAskedForIsReleased() {
        Probe<List<Completion>> probe = Probe.idle();
        raw.submit(Chain.of(receive()).then(receive()).then(receive())).subscribe(probe);
        probe.dispose();
        under.turn();
        assertThat(released).hasValue(3);
    }

    /** Of a multishot accept all connections but the last would be lost, their descriptors open for ever. */
    @Test
    void aMultishotOperationIsRefusedWhereOneCompletionIsEmitted() {
        Operation accepts = accept().ioprio(IoUringAbi.IORING_ACCEPT_MULTISHOT);
        assertThatThrownBy(() -> raw.submit(accepts)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Raw.stream");
        assertThatThrownBy(() -> raw.submit(Chain.of(receive()).then(accepts)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("Raw.stream");
    }

    /** One that nobody knew to repeat. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatComesBeforeTheOneCompletionIsGivenBack(boolean disposed) {
        Probe<Completion> probe = start(raw.submit(receive()));
        KernelRequest request = under.only();
        under.ring().post(request.userData(), 5, buffer(7) | IoUringAbi.IORING_CQE_F_MORE);
        under.ring().post(request.userData(), 5, buffer(8) | IoUringAbi.IORING_CQE_F_MORE);
        under.turns(2);
        if (disposed) {
            probe.dispose();
            under.turns(3);
        } else {
            under.ring().kernel().complete(request, 5, buffer(9));
            under.turns(2);
            assertThat(probe.values()).extracting(Completion::bufferId).containsExactly(9);
        }

        assertThat(discarded).extracting(late -> ((Completion) late).bufferId()).containsExactly(7, 8);
        assertThat(released).hasValue(1);
    }

    @Test
    void whatIsCancelledAfterTheRingIsReleasedToo() {
        Probe<Completion> one = Probe.idle();
        raw.submit(receive()).subscribe(one);
        Probe<Completion> many = Probe.idle();
        raw.stream(receive().ioprio(IoUringAbi.IORING_RECV_MULTISHOT)).subscribe(many);
        Probe<List<Completion>> chain = Probe.idle();
        raw.submit(Chain.of(receive()).then(receive())).subscribe(chain);
        under.shutDown();
        one.dispose();
        many.dispose();
        chain.dispose();
        assertThat(released).hasValue(4);
    }
}
