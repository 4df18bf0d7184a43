package io.github.reactoruring.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.Turn;
import io.github.reactoruring.internal.loop.Waker;
import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.internal.ring.scripted.ScriptedRing;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.testing.RecordingRequest;

/** What becomes of a place when there is no thread for its ring, and what it counts of rings that are late. */
@Tag("fault")
class RingPlaceTest {

    private static final long SECOND = 1_000_000_000;

    private final ByHand driver = new ByHand();
    private final List<ScriptedRing> rings = new ArrayList<>();

    /** Drives nothing; the test turns. */
    private static final class ByHand implements Driver {

        private @Nullable Error refusal;
        private int driven;
        private Runnable afterwards = () -> {
        };

        @Override
        public Waker waker(Ring ring) {
            return ring::wake;
        }

        @Override
        public void drive(Turn turn, Runnable then) {
            if (refusal != null) {
                throw refusal;
            }
            assertThat(turn.start()).isTrue();
            driven++;
            afterwards = then;
        }
    }

    private Turn open() {
        ScriptedRing ring = new ScriptedRing(16, 64);
        rings.add(ring);
        EventLoop loop = new EventLoop("place", ring, ring::wake, false);
        return new Turn(loop, CancelPolicy.coalesce(), 64);
    }

    private RingPlace place(Turn first) {
        return new RingPlace("place", first, this::open, driver);
    }

    private static void closeAll(Turn turn, CompletableFuture<Void> closed) {
        for (int i = 0; i < 1000 && !closed.isDone(); i++) {
            turn.runOrWait();
        }
        assertThat(closed).isDone();
    }

    @Test
    void aPlaceThatThereIsNoThreadForStaysShut() {
        Turn first = open();
        RingPlace place = place(first);
        closeAll(first, place.shut().close(SECOND));
        driver.refusal = new OutOfMemoryError("unable to create native thread");

        assertThatThrownBy(() -> place.openAgain(place.another())).isSameAs(driver.refusal);
        assertThat(place.get()).as("nobody is sent to a ring that nobody drives").isSameAs(first.loop());
        assertThat(rings).hasSize(2).allMatch(ScriptedRing::isClosed);

        driver.refusal = null;
        Turn another = place.another();
        place.openAgain(another);
        assertThat(place.get()).isSameAs(another.loop());
        closeAll(another, place.shut().close(SECOND));
    }

    /** As above, for one that has failed. */
    @Test
    void aRingThatThereIsNoThreadForDoesNotTakeThePlaceOfOneThatFailed() {
        Turn first = open();
        RingPlace place = place(first);
        rings.getFirst().refuseEnter(Errno.EBADR);
        RecordingRequest.nop(first.loop()).submit();
        first.run();
        assertThat(first.isOver()).isTrue();
        driver.refusal = new OutOfMemoryError("unable to create native thread");
        driver.afterwards.run();

        assertThat(place.get()).isSameAs(first.loop());
        assertThat(rings.getLast()).isNotSameAs(rings.getFirst()).matches(ScriptedRing::isClosed);
        place.shut();
    }

    @Test
    void aLateRingIsCountedAsLongAsItIsLateAndNotForEver() {
        Turn first = open();
        RingPlace place = place(first);
        ScriptedRing late = rings.getFirst();
        RecordingRequest request = RecordingRequest.poll(first.loop(), late.files().create("hanging",
                io.github.reactoruring.internal.ring.scripted.KernelFile.Kind.STREAM)).submitted();
        first.run();
        late.kernel().inFlight().stream().filter(each -> each.userData() == request.userData())
                .forEach(each -> each.moveTo(Place.LINKED));
        closeAll(first, place.shut().close(SECOND));
        Turn another = place.another();
        place.openAgain(another);
        assertThat(place.stats().inFlight()).as("late").isEqualTo(1);

        late.kernel().inFlight().stream().filter(each -> each.userData() == request.userData())
                .forEach(each -> late.kernel().complete(each, 0, 0));
        for (int i = 0; i < 1000 && !first.isOver(); i++) {
            first.runOrWait();
        }
        assertThat(place.stats().inFlight()).isZero();
        assertThat(place.stats().inFlight()).as("asked again").isZero();
        assertThat(place.stats().completed()).isEqualTo(1);
        closeAll(another, place.shut().close(SECOND));
    }
}
