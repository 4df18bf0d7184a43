package io.github.reactoruring.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.scripted.KernelBehaviour;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.internal.source.Step;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.testing.RecordingRequest;
import io.github.reactoruring.testing.ScriptedLoop;

/** From a closing ring's deadline on nobody waits for the kernel, whatever he waits for, and whenever he began to. */
@Tag("fault")
class OverdueTest {

    private static final long SECOND = 1_000_000_000;

    private final ScriptedLoop under = ScriptedLoop.open();
    private final List<Integer> results = new ArrayList<>();

    OverdueTest() {
        under.ring().behaviour(new KernelBehaviour() {
            @Override
            protected Place place(KernelRequest request) {
                return switch (request.opcode()) {
                    case IoUringAbi.IORING_OP_CLOSE, IoUringAbi.IORING_OP_UNLINKAT -> Place.LINKED;
                    default -> super.place(request);
                };
            }
        });
    }

    @AfterEach
    void close() {
        under.turnUntil("the loop over", () -> {
            under.ring().kernel().inFlight().stream().filter(request -> request.opcode() == IoUringAbi.IORING_OP_CLOSE
                    || request.opcode() == IoUringAbi.IORING_OP_UNLINKAT
                    || request.opcode() == IoUringAbi.IORING_OP_POLL_ADD && request.place() == Place.LINKED)
                    .forEach(request -> under.ring().kernel().complete(request, 0, 0));
            return under.isOver();
        });
        assertThat(results).as("told once").hasSizeLessThanOrEqualTo(2);
    }

    private RecordingRequest hangingOn(OpenFile file) {
        RecordingRequest request = RecordingRequest.poll(file).submitted();
        under.turn();
        under.ring().inFlight(IoUringAbi.IORING_OP_POLL_ADD).getLast().moveTo(Place.LINKED);
        return request;
    }

    private void passTheDeadline() {
        CompletableFuture<Void> closed = under.loop().close(SECOND);
        under.turnUntil("the deadline", closed::isDone);
    }

    @Test
    void whoClosesAFileThatARequestHangsOnIsTold() {
        OpenFile file = under.openFile("hanging");
        hangingOn(file);
        file.close(results::add);
        passTheDeadline();

        assertThat(results).as("its CLOSE is not due yet").containsExactly(-Errno.ECANCELED);
    }

    @Test
    void whoClosesAFileThatIsHeldIsTold() {
        OpenFile held = under.openFile("held");
        held.hold();
        held.close(results::add);
        hangingOn(under.openFile("hanging"));
        passTheDeadline();

        assertThat(results).containsExactly(-Errno.ECANCELED);
        held.letGo();
    }

    @Test
    void whoClosesAFileAfterTheDeadlineIsToldAtOnce() {
        OpenFile file = under.openFile("hanging");
        hangingOn(file);
        passTheDeadline();
        file.close(results::add);

        assertThat(results).containsExactly(-Errno.ECANCELED);
    }

    @Test
    void aFileThatComesAfterTheDeadlineIsClosedAndWhoWaitsTold() {
        hangingOn(under.openFile("hanging"));
        passTheDeadline();
        OpenFile late = under.openFile("late");
        late.close(results::add);
        under.turns(3);

        assertThat(results).containsExactly(-Errno.ECANCELED);
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_CLOSE)).extracting(sqe -> sqe.fd())
                .contains(late.descriptor());
    }

    /** As a write that is given up: it closes its file, and then removes the name. */
    @Test
    void whatCleansUpAfterTheDeadlineIsCarriedOutAndWhoWaitsForItTold() {
        List<Throwable> told = new ArrayList<>();
        OpenFile file = under.openFile("temporary");
        hangingOn(file);
        file.close(result -> Step.of("UNLINKAT", IoUringAbi.IORING_OP_UNLINKAT, "name",
                sqe -> Prep.nop(sqe)
                        .opcode(IoUringAbi.IORING_OP_UNLINKAT).addFlags(IoUringAbi.IOSQE_ASYNC))
                .cleaningUp()
                .submit(under.loop(), step -> told.add(step.error())));
        passTheDeadline();
        under.turns(3);

        assertThat(told).singleElement().isInstanceOf(IllegalStateException.class);
        assertThat(under.ring().taken(IoUringAbi.IORING_OP_UNLINKAT)).hasSize(1);
    }

    /** The sooner of two deadlines counts: nobody waits longer than he said. */
    @Test
    void aSecondShorterDeadlineCounts() {
        hangingOn(under.openFile("hanging"));
        under.loop().close(3600 * SECOND);
        under.turn();
        long before = under.ring().nanoTime();
        passTheDeadline();

        assertThat(under.ring().nanoTime() - before).isLessThan(3 * SECOND);
    }
}
