package io.github.reactoruring.internal.source;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_LINK_TIMEOUT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_POLL_ADD;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_TIMEOUT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.Completion;
import io.github.reactoruring.UringCancelledException;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.scripted.KernelBehaviour;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.internal.ring.scripted.ScriptedKernel;
import io.github.reactoruring.internal.source.raw.ExplicitCancel;
import io.github.reactoruring.internal.source.raw.RawOneShot;
import io.github.reactoruring.internal.source.write.WriteOnce;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.raw.Cancel;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.FileWrites;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.ScriptedLoop;

/** Holds what becomes of a deadline's timer when the kernel does not treat it as usual. */
@Tag("race")
class DeadlineTimerTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int POLLIN = 1;

    /** Nothing completes by itself, however long the loop sleeps. */
    private static final KernelBehaviour QUIET = new KernelBehaviour() {

        @Override
        protected Place place(KernelRequest request) {
            return request.opcode() == IORING_OP_WRITE ? Place.POLL : super.place(request);
        }

        @Override
        protected boolean progressWhileWaiting(ScriptedKernel kernel) {
            return false;
        }
    };

    private final ScriptedLoop under = ScriptedLoop.open();
    private final Probe<Completion> probe = Probe.idle();

    @BeforeEach
    void quiet() {
        under.ring().behaviour(QUIET);
    }

    @AfterEach
    void nothingIsLeft() {
        under.turnUntil("nothing in flight", () -> under.ring().kernel().inFlight().isEmpty());
        under.close();
        probe.assertRules();
    }

    private void submit(Operation operation) {
        probe.onSubscribe(new RawOneShot(under.loop(), probe, operation));
        probe.request(1);
    }

    private Operation poll() {
        return Operation.of(Opcode.POLL_ADD).fd(under.descriptor()).operationFlags(POLLIN).userData(5)
                .withDeadline(SECOND);
    }

    /** Submits a poll whose timer the kernel takes only in the next submission. */
    private void submitCutOff() {
        under.ring().takeAtMost(1);
        submit(poll());
        under.turnUntil("the timer refused and on its own", () -> armed(IORING_OP_TIMEOUT));
    }

    private boolean armed(int opcode) {
        return !under.ring().inFlight(opcode).isEmpty();
    }

    private void cancel(Cancel cancel) {
        Probe<Integer> answer = Probe.idle();
        answer.onSubscribe(new ExplicitCancel(under.loop(), answer, cancel));
        answer.request(1);
        under.turnUntil("the cancel's answer", answer::isTerminated);
        assertThat(answer.error()).isNull();
    }

    @Test
    void endsTheRequestWithItsHead() {
        submit(poll());
        under.turnUntil("the deadline", probe::isTerminated);

        assertThat(probe.error()).isInstanceOf(TimeoutException.class).hasMessageContaining("deadline of PT1S");
        assertThat(under.ring().taken(IORING_OP_LINK_TIMEOUT)).hasSize(1);
        assertThat(under.ring().taken(IORING_OP_TIMEOUT)).isEmpty();
    }

    @Test
    void goesOnAloneWhenTheSubmissionWasCutBeforeIt() {
        submitCutOff();
        under.turnUntil("the deadline", probe::isTerminated);

        assertThat(probe.error()).isInstanceOf(TimeoutException.class);
        assertThat(under.stats().cancelSqes()).as("the loop cancels what its own timer ends").isEqualTo(1);
    }

    @Test
    void isGoneWithTheSourceWhenItStoodAlone() {
        submitCutOff();
        probe.dispose();
        under.spinUntil("nothing in flight", () -> under.ring().kernel().inFlight().isEmpty());

        probe.assertSilent();
        assertThat(under.ring().nanoTime()).as("long before the deadline").isLessThan(1_500_000_000);
    }

    @Test
    void isGoneWithTheValueWhenItStoodAlone() {
        submitCutOff();
        KernelRequest poll = under.ring().inFlight(IORING_OP_POLL_ADD).getFirst();
        under.ring().kernel().complete(poll, POLLIN, 0);
        under.spinUntil("nothing in flight", () -> under.ring().kernel().inFlight().isEmpty());

        assertThat(probe.values()).hasSize(1);
        assertThat(probe.isCompleted()).isTrue();
    }

    @Test
    void tellsAnExplicitCancelFromADeadlineWhenItStandsAlone() {
        submitCutOff();
        cancel(Cancel.userData(5));
        under.spinUntil("nothing in flight", () -> under.ring().kernel().inFlight().isEmpty());

        assertThat(probe.error()).isInstanceOf(UringCancelledException.class);
    }

    @Test
    void doesNotGoOnAloneForARequestThatIsOverByThen() {
        under.ring().takeAtMost(1);
        submit(poll());
        under.turn();
        under.ring().kernel().complete(under.only(), -Errno.ECANCELED, 0);
        under.spinUntil("the end", probe::isTerminated);

        assertThat(probe.error()).isInstanceOf(UringCancelledException.class);
        assertThat(under.ring().taken(IORING_OP_TIMEOUT)).isEmpty();
    }

    @Test
    void standsAloneBesideARequestInWhichAWorkerMaySleep() {
        submit(Operation.of(Opcode.SPLICE).fd(under.descriptor()).fileIndex(under.descriptor()).length(1)
                .withDeadline(SECOND));
        under.turn();
        under.turn();

        assertThat(under.ring().taken(IORING_OP_LINK_TIMEOUT)).isEmpty();
        assertThat(under.ring().taken(IORING_OP_TIMEOUT)).hasSize(1);
    }

    @Test
    void isArmedAnewWhenSomebodyCancelsAllTimers() {
        submit(Operation.of(Opcode.READ).flags(16).fd(under.descriptor()).offset(-1)
                .buffer(Arena.ofAuto().allocate(1)).withDeadline(SECOND));
        under.spinUntil("the timer", () -> armed(IORING_OP_TIMEOUT));
        cancel(Cancel.opcode(Opcode.TIMEOUT).all());
        under.spinUntil("the timer again", () -> under.ring().taken(IORING_OP_TIMEOUT).size() == 2);
        under.turnUntil("the deadline", probe::isTerminated);

        assertThat(probe.error()).isInstanceOf(TimeoutException.class);
        assertThat(under.ring().nanoTime()).as("no later for it").isLessThan(2_500_000_000L);
    }

    @Test
    void tellsTheDeadlineOfAWriteThatWasDoneInPart() {
        Probe<Long> written = Probe.idle();
        WriteOnce<ByteBuffer> write = FileWrites.of(under.openFile("pipe"), written, -1,
                ByteBuffer.allocate(100));
        written.onSubscribe(write.withDeadline(SECOND));
        written.request(1);
        under.turn();
        KernelRequest first = under.ring().inFlight(IORING_OP_WRITE).getFirst();
        under.ring().kernel().complete(first, 60, 0);
        under.ring().advance(SECOND.toNanos());
        under.turnUntil("the end", written::isTerminated);

        assertThat(written.error()).isInstanceOf(TimeoutException.class);
        written.assertRules();
    }

    /** Its file is closed while the rest waits to be submitted: nobody waits for the timer any more. */
    @Test
    void aTimerOfItsOwnEndsWithWhatIsTurnedAwayBetweenTwoSubmissions() {
        try (ScriptedLoop unlinked = ScriptedLoop.without(RingFeature.LINKS)) {
            unlinked.ring().behaviour(QUIET);
            OpenFile pipe = unlinked.openFile("pipe");
            Probe<Long> written = Probe.idle();
            WriteOnce<ByteBuffer> write = FileWrites.of(pipe, written, -1, ByteBuffer.allocate(100));
            written.onSubscribe(write.withDeadline(Duration.ofHours(1)));
            written.request(1);
            unlinked.spinUntil("the timer", () -> !unlinked.ring().inFlight(IORING_OP_TIMEOUT).isEmpty());
            unlinked.ring().kernel().complete(unlinked.ring().inFlight(IORING_OP_WRITE).getFirst(), 60, 0);
            unlinked.turn();
            // Between two turns, by the owner: the rest is queued, and not staged yet.
            pipe.close();
            unlinked.spinUntil("the end", written::isTerminated);
            unlinked.spinUntil("the timer's end", () -> unlinked.ring().inFlight(IORING_OP_TIMEOUT).isEmpty());

            assertThat(written.error()).isNotNull();
            assertThat(unlinked.ring().nanoTime()).isLessThan(Duration.ofMinutes(30).toNanos());
            written.assertRules();
        }
    }

    /** Writes in two parts, the timer of the first cut off and so alone; the rest is queued and not submitted yet. */
    private Probe<Long> writeInTwoParts(OpenFile file) {
        Probe<Long> written = Probe.idle();
        WriteOnce<ByteBuffer> write = FileWrites.of(file, written, -1, ByteBuffer.allocate(100));
        under.ring().takeAtMost(1);
        written.onSubscribe(write.withDeadline(SECOND));
        written.request(1);
        under.turnUntil("the timer refused and on its own", () -> armed(IORING_OP_TIMEOUT));
        KernelRequest first = under.ring().inFlight(IORING_OP_WRITE).getFirst();
        under.ring().kernel().complete(first, 60, 0);
        under.turn();
        assertThat(under.ring().taken(IORING_OP_WRITE)).as("the rest not submitted yet").hasSize(1);
        return written;
    }

    @Test
    void doesNotOutliveARequestThatIsTurnedAwayBetweenTwoSubmissions() {
        OpenFile file = under.openFile("pipe");
        Probe<Long> written = writeInTwoParts(file);
        file.close();
        under.spinUntil("nothing in flight", () -> under.ring().kernel().inFlight().isEmpty());

        assertThat(written.isTerminated()).isTrue();
        assertThat(under.ring().nanoTime()).as("long before the deadline").isLessThan(1_500_000_000);
    }

    @Test
    void doesNotOutliveARequestThatIsDisposedOfBetweenTwoSubmissions() {
        Probe<Long> written = writeInTwoParts(under.openFile("pipe"));
        written.dispose();
        under.spinUntil("nothing in flight", () -> under.ring().kernel().inFlight().isEmpty());

        written.assertSilent();
        assertThat(under.ring().nanoTime()).as("long before the deadline").isLessThan(1_500_000_000);
    }
}
