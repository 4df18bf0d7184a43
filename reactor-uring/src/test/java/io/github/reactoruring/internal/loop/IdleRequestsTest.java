package io.github.reactoruring.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.Completion;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.ring.scripted.CancelRecord;
import io.github.reactoruring.internal.ring.scripted.KernelBehaviour;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.internal.source.Timespec;
import io.github.reactoruring.internal.source.raw.RawOneShot;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.RecordingRequest;
import io.github.reactoruring.testing.ScriptedLoop;

/**
 * Holds that requests which wait for ever cost the others nothing, that those which wait for room go when they are disposed
 * of, and that too many are told so.
 */
@Tag("race")
class IdleRequestsTest {

    private static final int ROOM = 8;

    private ScriptedLoop under = ScriptedLoop.open(16, ROOM);
    private final Timespec hour = new Timespec();

    @AfterEach
    void close() {
        hour.free();
        under.close();
    }

    @Test
    void idlePollsAndTimersKeepNobodyOut() {
        List<RecordingRequest> idle = new ArrayList<>();
        for (int i = 0; i < 20 * ROOM; i++) {
            idle.add((i % 2 == 0 ? poll() : timer()).submitted());
        }
        under.spinUntil("all in flight", () -> under.stats().inFlight() == idle.size());

        RecordingRequest nop = RecordingRequest.nop(under.loop()).submitted();
        List<Integer> closed = new ArrayList<>();
        under.openFile("file").close(closed::add);
        under.turns(2);

        assertThat(nop.completed()).containsExactly(0);
        assertThat(closed).containsExactly(0);
        idle.forEach(Request::dispose);
        under.spinUntil("all over", () -> idle.stream().allMatch(Request::isRetired));
        assertThat(idle).allMatch(each -> each.releasedCount() == 1 && each.completed().isEmpty());
    }

    @Test
    void readsOfWhatIsNotKnownToBeARegularFileKeepNobodyOut() {
        List<RecordingRequest> idle = new ArrayList<>();
        for (int i = 0; i < 5 * ROOM; i++) {
            OpenFile pipe = under.openFile("pipe");
            idle.add(RecordingRequest.onFile(pipe, IoUringAbi.IORING_OP_FSYNC, true, sqe -> {
            }).submitted());
        }
        under.turnUntil("all in flight", () -> under.stats().inFlight() == idle.size());

        RecordingRequest nop = RecordingRequest.nop(under.loop()).submitted();
        under.turn();
        assertThat(nop.completed()).containsExactly(0);
    }

    @Test
    void aCloseAndCleanUpGetThroughWhereThereIsNoRoom() {
        List<RecordingRequest> queued = fillTheRoom(ROOM + 5);
        List<Integer> closed = new ArrayList<>();
        under.openFile("file").close(closed::add);
        CleanUp cleanUp = new CleanUp(under.loop());
        cleanUp.submit();
        under.turns(2);

        assertThat(closed).containsExactly(0);
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_UNLINKAT)).hasSize(1);
        under.ring().behaviour(new KernelBehaviour());
        completeAll(queued);
    }

    @Test
    void aRequestDisposedOfInTheQueueIsReleasedThenAndThere() {
        List<RecordingRequest> requests = fillTheRoom(ROOM + 3);
        RecordingRequest middle = requests.get(ROOM + 1);
        middle.dispose();
        middle.dispose();
        under.turn();

        assertThat(middle.releasedCount()).isEqualTo(1);
        assertThat(under.stats().dropped()).isEqualTo(1);
        assertThat(under.stats().inFlight()).isEqualTo(ROOM);
        requests.remove(middle);
        completeAll(requests);
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_NOP)).hasSize(ROOM + 2);
    }

    /** It was disposed of before its turn, and the submission queue is full just then. */
    @Test
    void aRequestDisposedOfWhileTheQueueOfTheKernelIsFullHasNotToWaitForRoom() {
        List<RecordingRequest> requests = fillTheRoom(ROOM);
        List<RecordingRequest> polls = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            polls.add(poll().submitted());
        }
        RecordingRequest disposed = RecordingRequest.nop(under.loop()).submitted();
        disposed.dispose();
        under.turns(3);

        assertThat(disposed.releasedCount()).isEqualTo(1);
        completeAll(requests);
        polls.forEach(Request::dispose);
    }

    /** A request that was taken has the deadline it was given, however many there are. */
    @Test
    void theTimerOfADeadlineIsNotOneTooMany() {
        under.close();
        under = ScriptedLoop.openFor(12, 16, ROOM);
        under.ring().behaviour(new KernelBehaviour() {
            @Override
            protected Place place(KernelRequest request) {
                return request.opcode() == IoUringAbi.IORING_OP_FSYNC ? Place.LINKED : super.place(request);
            }
        });
        for (int i = 0; i < 11; i++) {
            poll().submit();
        }
        under.turns(3);
        Probe<Completion> probe = Probe.idle();
        // Made by a kernel worker: its timer stands alone.
        probe.onSubscribe(new RawOneShot(under.loop(), probe, Operation.of(Opcode.FSYNC).fd(under.descriptor())
                .flags(IoUringAbi.IOSQE_ASYNC).withDeadline(Duration.ofSeconds(1))));
        probe.request(1);
        under.turnUntil("the deadline", probe::isTerminated);

        probe.awaitError(TimeoutException.class);
        under.ring().kernel().complete(under.ring().inFlight(IoUringAbi.IORING_OP_FSYNC).getFirst(), 0, 0);
    }

    @Test
    void theOwnersSubmissionAndItsDisposalInTheSameTurnTakeNoMail() {
        fillTheRoom(ROOM);
        RecordingRequest request = RecordingRequest.nop(under.loop()).submitted();
        request.dispose();

        assertThat(under.loop().mailbox().isEmpty()).isTrue();
        under.turn();
        assertThat(request.releasedCount()).isEqualTo(1);
        under.ring().kernel().inFlight().forEach(each -> under.ring().kernel().complete(each));
    }

    @Test
    void aChainInTheQueueIsDroppedWithItsHeadAndNotWithALink() {
        List<RecordingRequest> running = fillTheRoom(ROOM);
        RecordingRequest head = RecordingRequest.nop(under.loop());
        RecordingRequest tail = RecordingRequest.nop(under.loop());
        head.linkTo(tail, false);
        head.submit();
        under.turn();

        tail.dispose();
        under.turns(2);
        assertThat(tail.releasedCount()).as("the tail, of which only the head knows").isZero();
        head.dispose();
        under.turn();
        assertThat(List.of(head, tail)).allMatch(each -> each.releasedCount() == 1 && each.completed().isEmpty());
        completeAll(running);
    }

    @Test
    void thousandsInTheQueueAreDisposedOfInAnyOrder() {
        List<RecordingRequest> running = fillTheRoom(ROOM);
        List<RecordingRequest> queued = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            queued.add(RecordingRequest.nop(under.loop()).submitted());
        }
        under.turns(3);
        Random random = new Random(1);
        List<RecordingRequest> kept = new ArrayList<>();
        for (RecordingRequest each : queued) {
            if (random.nextInt(10) > 0) {
                each.dispose();
            } else {
                kept.add(each);
            }
        }
        under.turns(3);

        assertThat(queued).filteredOn(each -> !kept.contains(each)).allMatch(each -> each.releasedCount() == 1);
        under.ring().behaviour(new KernelBehaviour());
        completeAll(running);
        under.turnUntil("the rest", () -> kept.stream().allMatch(Request::isRetired));
        assertThat(kept).allMatch(each -> each.completed().equals(List.of(0)));
        assertThat(under.stats().dropped()).isEqualTo(queued.size() - kept.size());
    }

    @Test
    void pastTheSecondBoundARequestIsToldHowManyThereAre() {
        under.close();
        under = ScriptedLoop.openFor(12, 16, ROOM);
        List<RecordingRequest> requests = fillTheRoom(ROOM + 4);
        RecordingRequest idle = poll().submitted();
        List<Integer> closed = new ArrayList<>();
        under.openFile("file").close(closed::add);
        under.turns(2);

        assertThat(idle.failures()).singleElement().isInstanceOf(RejectedExecutionException.class)
                .satisfies(error -> assertThat(error).hasMessageContaining("8 requests in flight and 4 queued")
                        .hasMessageContaining("12").hasMessageContaining("concurrency"));
        assertThat(idle.releasedCount()).isEqualTo(1);
        assertThat(closed).as("a CLOSE").containsExactly(0);
        completeAll(requests);
        RecordingRequest later = RecordingRequest.nop(under.loop()).submitted();
        under.ring().behaviour(new KernelBehaviour());
        under.turn();
        assertThat(later.completed()).containsExactly(0);
    }

    @Test
    void aRequestThatThereIsNoMemoryToStageIsToldSo() {
        NoMemory request = new NoMemory(under.loop());
        request.submit();
        RecordingRequest next = RecordingRequest.nop(under.loop()).submitted();
        under.turns(2);

        assertThat(request.failure).isInstanceOf(OutOfMemoryError.class);
        assertThat(request.released).isEqualTo(1);
        assertThat(next.completed()).containsExactly(0);
        assertThat(under.loop().failure()).isNull();
    }

    @Test
    void timersAreCancelledFromTheOldestOn() {
        under.close();
        under = ScriptedLoop.open();
        List<RecordingRequest> polls = Stream.generate(() -> poll().submitted()).limit(300).toList();
        List<RecordingRequest> timers = Stream.generate(() -> timer().submitted()).limit(1000).toList();
        under.spinUntil("all in flight", () -> under.stats().inFlight() == 1300);
        List<RecordingRequest> shuffled = new ArrayList<>(timers);
        Collections.shuffle(shuffled, new Random(1));
        DisposalBatch.run(() -> shuffled.forEach(Request::dispose));
        under.spinUntil("all over", () -> timers.stream().allMatch(Request::isRetired));

        assertThat(under.ring().cancels()).noneMatch(CancelRecord::isWide);
        assertThat(under.ring().cancels().stream().flatMap(cancel -> cancel.hits().stream()))
                .containsExactlyElementsOf(timers.stream().map(Request::userData).toList());
        assertThat(polls).noneMatch(Request::isRetired);
    }

    @Test
    void aTurnCancelsNoMoreTimersThanItHasTimeToFindAmongThoseThatStay() {
        under.close();
        under = ScriptedLoop.open();
        List<RecordingRequest> timers = Stream.generate(() -> timer().submitted()).limit(10_010).toList();
        under.spinUntil("all in flight", () -> under.stats().inFlight() == timers.size());
        List<RecordingRequest> disposed = timers.subList(10_000, 10_010);
        DisposalBatch.run(() -> disposed.forEach(Request::dispose));
        under.turn();

        // 10,000 that stay are walked past for each, and 32,768 in all.
        assertThat(under.ring().cancels()).hasSize(4);
        under.spinUntil("all over", () -> disposed.stream().allMatch(Request::isRetired));
        assertThat(under.ring().cancels()).hasSize(10);
    }

    @Test
    void aLoopThatClosesCancelsACrowdOneByOne() {
        under.close();
        under = ScriptedLoop.open();
        List<RecordingRequest> polls = Stream.generate(() -> poll().submitted()).limit(2_000).toList();
        under.spinUntil("all in flight", () -> under.stats().inFlight() == polls.size());
        under.shutDown().join();

        assertThat(polls).allMatch(each -> each.completed().size() == 1 && each.releasedCount() == 1);
        assertThat(under.ring().cancels()).noneMatch(cancel -> (cancel.sqe().opFlags()
                & IoUringAbi.IORING_ASYNC_CANCEL_ANY) != 0);
    }

    @Test
    void aLoopThatClosesTellsThoseThatWait() {
        List<RecordingRequest> requests = fillTheRoom(ROOM + 3);
        under.loop().close(1_000_000_000);
        under.turn();

        assertThat(requests.subList(ROOM, ROOM + 3)).allMatch(each -> each.failures().size() == 1
                && each.releasedCount() == 1);
        under.ring().kernel().inFlight().forEach(each -> under.ring().kernel().complete(each));
    }

    /** Submits slow requests, of which the first {@link #ROOM} take all the room there is. */
    private List<RecordingRequest> fillTheRoom(int count) {
        under.ring().behaviour(KernelBehaviour.allInTheDevice());
        List<RecordingRequest> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            requests.add(RecordingRequest.nop(under.loop()).submitted());
        }
        under.turns(2);
        assertThat(under.stats().inFlight()).isEqualTo(Math.min(count, ROOM));
        return requests;
    }

    private void completeAll(List<RecordingRequest> requests) {
        under.turnUntil("all over", () -> {
            under.ring().kernel().inFlight().stream().filter(each -> each.opcode() == IoUringAbi.IORING_OP_NOP
                    && each.waiting()).forEach(each -> under.ring().kernel().complete(each));
            return requests.stream().allMatch(Request::isRetired);
        });
        assertThat(requests).allMatch(each -> each.completed().equals(List.of(0)));
    }

    private RecordingRequest poll() {
        return RecordingRequest.poll(under.loop(), under.descriptor());
    }

    private RecordingRequest timer() {
        return RecordingRequest.of(under.loop(), IoUringAbi.IORING_OP_TIMEOUT,
                sqe -> Prep.timeout(sqe, hour.set(Duration.ofHours(1)), 0));
    }

    /** Finds no memory on the way into the submission queue. */
    private static final class NoMemory extends Request {

        private @Nullable Throwable failure;
        private int released;

        NoMemory(EventLoop loop) {
            super(loop);
        }

        @Override
        protected int opcode() {
            return IoUringAbi.IORING_OP_NOP;
        }

        @Override
        protected @Nullable Long chosenUserData() {
            throw new OutOfMemoryError("Java heap space, says the test");
        }

        @Override
        protected void prepare(Sqe sqe) {
            Prep.nop(sqe);
        }

        @Override
        protected void completed(int result, int flags) {
            throw new AssertionError("It was never staged");
        }

        @Override
        protected void failed(Throwable cause) {
            failure = cause;
        }

        @Override
        protected void released() {
            released++;
        }
    }

    /** What a closing loop still serves. */
    private static final class CleanUp extends Request {

        private @Nullable Throwable failure;

        CleanUp(EventLoop loop) {
            super(loop);
        }

        @Override
        protected int opcode() {
            return IoUringAbi.IORING_OP_UNLINKAT;
        }

        @Override
        protected boolean survivesClosing() {
            return true;
        }

        @Override
        protected void prepare(Sqe sqe) {
            Prep.nop(sqe).opcode(opcode());
        }

        @Override
        protected void completed(int result, int flags) {
            assertThat(result).isLessThanOrEqualTo(0);
        }

        @Override
        protected void failed(Throwable cause) {
            failure = cause;
        }

        @Override
        public String toString() {
            return "clean-up, " + failure;
        }
    }
}
