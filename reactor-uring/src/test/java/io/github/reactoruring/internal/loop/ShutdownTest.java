package io.github.reactoruring.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.ring.scripted.KernelBehaviour;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.testing.RecordingRequest;
import io.github.reactoruring.testing.ScriptedLoop;

/** Holds the order of a shutdown: reject, drop, cancel, reap, close the files, close the ring. */
@Tag("fault")
class ShutdownTest {

    private static final long SECOND = 1_000_000_000;

    private ScriptedLoop under = ScriptedLoop.open();

    @AfterEach
    void close() {
        under.close();
    }

    @Test
    void whatIsInFlightIsCancelledBeforeFilesAndRingAreClosed() {
        OpenFile file = under.openFile("one");
        List<RecordingRequest> requests = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            requests.add(RecordingRequest.poll(file).submitted());
        }
        under.turn();
        under.ring().taken().clear();
        assertThat(under.shutDown()).isCompleted();

        assertThat(under.ring().taken()).extracting(SqeBytes::opcode)
                .containsExactly(IoUringAbi.IORING_OP_ASYNC_CANCEL, IoUringAbi.IORING_OP_CLOSE);
        assertThat(requests).allMatch(request -> request.completed().equals(List.of(-Errno.ECANCELED)))
                .allMatch(request -> request.releasedCount() == 1);
        assertThat(under.ring().files().stillOpen()).isEmpty();
    }

    @Test
    void aKernelWithoutAnyIsAskedOneByOne() {
        replace(ScriptedLoop.without(RingFeature.CANCEL_ALL_FD_ANY, RingFeature.CANCEL_OP,
                RingFeature.CANCEL_FD_FIXED));
        List<RecordingRequest> requests = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            requests.add(poll().submitted());
        }
        under.turn();
        assertThat(under.shutDown()).isCompleted();
        assertThat(under.ring().cancels()).hasSize(5);
        assertThat(requests).allMatch(Request::isRetired);
    }

    @Test
    void whatIsQueuedIsDroppedAndWhatComesIsRejected() {
        RecordingRequest queued = poll().submitted();
        CompletableFuture<Void> closed = under.loop().close(SECOND);
        RecordingRequest after = poll().submitted();
        under.turnUntil("the loop over", under.loop()::isOver);
        RecordingRequest late = poll().submitted();

        assertThat(closed).isCompleted();
        for (RecordingRequest request : List.of(queued, after, late)) {
            assertThat(request.failures()).singleElement().isInstanceOf(RejectedExecutionException.class);
            assertThat(request.releasedCount()).isEqualTo(1);
        }
        assertThat(under.ring().taken()).isEmpty();
    }

    @Test
    void aRequestMadeInACallbackOfTheShutdownIsRejected() {
        RecordingRequest request = poll();
        List<RecordingRequest> again = new ArrayList<>();
        request.onEach(() -> again.add(poll().submitted())).submit();
        under.turn();
        assertThat(under.shutDown()).isCompleted();

        assertThat(again).hasSize(2).allMatch(each -> each.failures().size() == 1 && each.releasedCount() == 1);
    }

    @Test
    void aRequestThatCannotBeFoundIsWaitedFor() {
        RecordingRequest request = poll().submitted();
        under.turn();
        under.only().moveTo(Place.DEVICE);
        CompletableFuture<Void> closed = under.loop().close(SECOND);
        under.turns(20);
        assertThat(closed).isNotDone();
        assertThat(under.ring().isClosed()).isFalse();

        under.ring().kernel().complete(under.only(), 1, 0);
        under.turnUntil("the loop over", under.loop()::isOver);
        assertThat(closed).isCompleted();
        assertThat(request.completed()).containsExactly(1);
        assertThat(request.releasedCount()).isEqualTo(1);
    }

    @Test
    void pastTheDeadlineNobodyWaitsAndWhatIsInFlightIsReleasedWhenItEnds() {
        RecordingRequest request = poll().submitted();
        under.turn();
        under.only().moveTo(Place.LINKED);
        under.ring().whenIdle(() -> false);
        CompletableFuture<Void> closed = under.loop().close(SECOND);
        long before = under.ring().nanoTime();
        under.turnUntil("the deadline", closed::isDone);

        assertThat(under.ring().nanoTime() - before).isBetween(SECOND, 2 * SECOND);
        assertThat(closed).isCompletedExceptionally();
        assertThat(closed.exceptionNow()).hasMessageContaining("1 requests still in flight")
                .hasMessageContaining("kept");
        assertThat(request.releasedCount()).isZero();
        assertThat(request.failures()).hasSize(1);
        assertThat(under.isOver()).as("the kernel is not done").isFalse();
        assertThat(under.ring().isClosed()).isFalse();
        RecordingRequest late = poll().submitted();
        under.turns(3);
        assertThat(late.failures()).singleElement().isInstanceOf(RejectedExecutionException.class);

        under.ring().kernel().complete(under.only(), 1, 0);
        under.turnUntil("the loop over", under::isOver);
        assertThat(request.releasedCount()).isEqualTo(1);
        assertThat(request.completed()).as("it was told before").isEmpty();
        assertThat(request.failures()).hasSize(1);
        assertThat(under.loop().failure()).isNull();
        assertThat(under.ring().isClosed()).isTrue();
    }

    /** It breaks while it waits for what nobody else waits for. */
    @Test
    void aRingThatBreaksPastItsDeadlineIsGivenUp() {
        RecordingRequest request = poll().submitted();
        under.turn();
        under.only().moveTo(Place.LINKED);
        CompletableFuture<Void> closed = under.loop().close(SECOND);
        under.turnUntil("the deadline", closed::isDone);
        under.ring().refuseEnter(Errno.EBADR);
        under.turnUntil("the loop over", under::isOver);

        assertThat(under.loop().failure()).isNotNull();
        assertThat(request.failures()).hasSize(1);
        assertThat(request.releasedCount()).isZero();
    }

    /** What cleans up is done all the same, and whoever waits for it is told at the deadline. */
    @Test
    void aCloseThatIsLateIsToldAtTheDeadlineAndCarriedOut() {
        under.ring().behaviour(new KernelBehaviour() {
            @Override
            protected Place place(KernelRequest request) {
                return request.opcode() == IoUringAbi.IORING_OP_CLOSE ? Place.LINKED : super.place(request);
            }
        });
        OpenFile file = under.openFile("slow");
        List<Integer> results = new ArrayList<>();
        file.close(results::add);
        CompletableFuture<Void> closed = under.loop().close(SECOND);
        under.turnUntil("the deadline", closed::isDone);
        assertThat(results).containsExactly(-Errno.ECANCELED);

        under.ring().kernel().complete(under.only());
        under.turnUntil("the loop over", under::isOver);
        assertThat(results).hasSize(1);
        assertThat(under.ring().files().stillOpen()).isEmpty();
        assertThat(under.loop().failure()).isNull();
    }

    @Test
    void filesThatNothingIsInFlightOnAreClosedAtTheDeadline() {
        OpenFile idle = under.openFile("idle");
        poll().submit();
        under.turn();
        under.only().moveTo(Place.LINKED);
        CompletableFuture<Void> closed = under.loop().close(SECOND);
        under.turnUntil("the deadline", closed::isDone);
        under.turns(3);
        assertThat(under.ring().files().stillOpen()).doesNotContain(idle.descriptor());
        under.ring().kernel().complete(under.ring().kernel().inFlight().getFirst(), 1, 0);
        under.turnUntil("the loop over", under::isOver);
    }

    @Test
    void aCloseThatIsQueuedWhenTheShutdownBeginsIsCarriedOut() {
        OpenFile file = under.openFile("one");
        List<Integer> results = new ArrayList<>();
        under.loop().execute(() -> file.close(results::add));
        // The close is in the loop's queue by then, not yet staged.
        under.loop().execute(() -> under.loop().execute(() -> under.loop().close(SECOND)));
        under.turnUntil("the loop over", under.loop()::isOver);

        assertThat(results).containsExactly(0);
        assertThat(under.ring().files().stillOpen()).isEmpty();
    }

    @Test
    void aFileIsClosedOnceAndAfterItsLastRequest() {
        OpenFile file = under.openFile("one");
        RecordingRequest running = RecordingRequest.poll(file).submitted();
        RecordingRequest armed = RecordingRequest.poll(file).submitted();
        under.turn();
        under.ring().kernel().inFlight().getFirst().moveTo(Place.WORKER_RUNNING);
        List<Integer> results = new ArrayList<>();
        file.close(results::add);
        file.close(results::add);
        RecordingRequest late = RecordingRequest.poll(file).submitted();
        under.turns(5);
        assertThat(armed.isRetired()).isTrue();
        assertThat(late.failures()).singleElement().isInstanceOf(ClosedChannelException.class);
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_CLOSE)).isEmpty();

        under.ring().kernel().complete(under.only());
        under.turns(3);
        assertThat(running.isRetired()).isTrue();
        assertThat(results).containsExactly(0, 0);
        file.close(results::add);
        under.turns(3);
        assertThat(results).containsExactly(0, 0, 0);
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_CLOSE)).hasSize(1);
    }

    @Test
    void aCloseThatSomebodysCancelHitIsMadeAgain() {
        OpenFile file = under.openFile("one");
        under.ring().behaviour(new KernelBehaviour() {
            @Override
            protected Place place(KernelRequest request) {
                return request.opcode() == IoUringAbi.IORING_OP_CLOSE ? Place.WORKER_QUEUED : super.place(request);
            }
        });
        List<Integer> results = new ArrayList<>();
        file.close(results::add);
        under.turn();
        RecordingRequest.of(under.loop(), IoUringAbi.IORING_OP_ASYNC_CANCEL,
                sqe -> sqe.fd(-1).opFlags(IoUringAbi.IORING_ASYNC_CANCEL_ANY)).submit();
        under.turns(3);
        under.turnUntil("the file closed", () -> !results.isEmpty());

        assertThat(results).containsExactly(0);
        assertThat(under.ring().files().stillOpen()).isEmpty();
    }

    @Test
    void closingTwiceGivesTheSameEnd() {
        poll().submit();
        CompletableFuture<Void> first = under.loop().close(SECOND);
        CompletableFuture<Void> second = under.loop().close(SECOND);
        under.turnUntil("the loop over", under.loop()::isOver);
        assertThat(first).isCompleted();
        assertThat(second).isCompleted();
        assertThat(under.loop().close(SECOND)).isCompleted();
    }

    private RecordingRequest poll() {
        return RecordingRequest.poll(under.loop(), under.descriptor());
    }

    private void replace(ScriptedLoop other) {
        under.close();
        under = other;
    }
}
