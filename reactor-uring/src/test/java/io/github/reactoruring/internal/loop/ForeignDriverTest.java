package io.github.reactoruring.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.scripted.KernelFile;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.internal.ring.scripted.ScriptedRing;
import io.github.reactoruring.testing.RecordingRequest;

/** A loop that is driven by somebody with work of his own, who never waits in the ring, and is woken in his own way. */
@Tag("simulation")
class ForeignDriverTest {

    private final ScriptedRing ring = new ScriptedRing(16, 64,
            EnumSet.allOf(RingFeature.class));
    private int woken;
    private final EventLoop loop = new EventLoop("driven", ring, () -> woken++, false);
    private final Turn turn = new Turn(loop, CancelPolicy.coalesce(), 64);

    ForeignDriverTest() {
        assertThat(turn.start()).isTrue();
    }

    @AfterEach
    void endInOrder() {
        CompletableFuture<Void> closed = loop.close(1_000_000_000);
        for (int i = 0; i < 100 && !turn.isOver(); i++) {
            turn.run();
        }
        assertThat(closed).isDone();
        ring.violations().assertNone();
    }

    @Test
    void mayOnlySleepWhenThereIsNothingToRun() {
        loop.execute(() -> {
        });
        assertThat(turn.prepareToSleep()).isFalse();
        turn.run();
        assertThat(turn.prepareToSleep()).isTrue();
    }

    @Test
    void isWokenOnceForAllThatComesWhileItSleeps() {
        turn.run();
        elsewhere(() -> loop.execute(() -> {
        }));
        assertThat(woken).as("while awake").isZero();
        turn.run();

        assertThat(turn.prepareToSleep()).isTrue();
        List<Integer> ran = new ArrayList<>();
        elsewhere(() -> loop.execute(() -> ran.add(1)));
        elsewhere(() -> loop.execute(() -> ran.add(2)));
        assertThat(woken).isEqualTo(1);
        turn.run();
        assertThat(ran).containsExactly(1, 2);
    }

    /** The event loop's own handlers run on the owner's thread, but not in a turn. */
    @Test
    void whatTheOwnerHandsInBetweenTwoTurnsAsksForOne() {
        turn.run();
        assertThat(turn.prepareToSleep()).isTrue();
        RecordingRequest request = RecordingRequest.nop(loop).submitted();
        assertThat(woken).isEqualTo(1);
        turn.run();
        turn.run();
        assertThat(request.completed()).hasSize(1);
    }

    @Test
    void whatIsHandedInWithinATurnAsksForNone() {
        List<Integer> ran = new ArrayList<>();
        loop.execute(() -> loop.execute(() -> ran.add(1)));
        turn.run();
        assertThat(woken).isZero();
        assertThat(ran).containsExactly(1);
    }

    /** A request that was cancelled and stays is cancelled again in time: the driver has to come back by itself. */
    @Test
    void knowsWhenItIsDue() {
        assertThat(turn.nanosToNextDue()).isEqualTo(-1);
        int descriptor = ring.files().create("foreign", KernelFile.Kind.STREAM);
        RecordingRequest stubborn = RecordingRequest.poll(loop, descriptor).submitted();
        turn.run();
        KernelRequest inFlight = ring.kernel().inFlight().getFirst();
        inFlight.moveTo(Place.DEVICE);
        stubborn.dispose();
        for (int i = 0; i < 3; i++) {
            turn.run();
        }
        long due = turn.nanosToNextDue();
        assertThat(due).isBetween(1L, 100_000_000L);
        assertThat(turn.prepareToSleep()).isTrue();

        inFlight.moveTo(Place.POLL);
        ring.advance(due);
        turn.run();
        assertThat(stubborn.isRetired()).isTrue();
    }

    /** A file that is held keeps a closing loop from its end; it is no reason to turn without a pause. */
    @Test
    void maySleepWhileAClosingLoopWaitsForAFileThatIsHeld() {
        OpenFile file = new OpenFile(loop, ring.files().create("held", KernelFile.Kind.STREAM), false, "held");
        file.hold();
        loop.close(1_000_000_000);
        turn.run();
        turn.run();
        assertThat(turn.isOver()).isFalse();
        assertThat(turn.prepareToSleep()).isTrue();
        assertThat(turn.nanosToNextDue()).isBetween(1L, 100_000_000L);

        file.letGo();
        assertThat(woken).isEqualTo(1);
    }

    /** Whoever drives it must not learn of defects by an exception in the middle of his own work. */
    @Test
    void aTurnThatThrowsFailsItsLoop() {
        OutOfMemoryError defect = new OutOfMemoryError("in the middle of a turn");
        RingFailure.throwing(loop, defect).submit();
        assertThat(turn.run()).isZero();
        assertThat(loop.failure()).isSameAs(defect);
        assertThat(turn.isOver()).isTrue();
        assertThat(turn.prepareToSleep()).isFalse();
    }

    private static void elsewhere(Runnable action) {
        CompletableFuture.runAsync(action).join();
    }
}
