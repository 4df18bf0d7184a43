package io.github.reactoruring.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.ring.scripted.CancelRecord;
import io.github.reactoruring.internal.ring.scripted.KernelBehaviour;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.internal.ring.scripted.ScriptedKernel;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.testing.RecordingRequest;
import io.github.reactoruring.testing.ScriptedLoop;

/** Holds that a disposed request is pursued until its own final CQE, whatever the kernel says of the cancels. */
@Tag("race")
class PursuitTest {

    private static final long MILLISECOND = 1_000_000;

    private ScriptedLoop under = ScriptedLoop.open();

    @AfterEach
    void close() {
        under.close();
    }

    @Test
    void aRequestThatWasNotFoundIsCancelledAgainLessAndLessOften() {
        RecordingRequest request = disposedAt(Place.DEVICE);
        assertThat(under.takeCancels()).extracting(CancelRecord::result).containsExactly(-Errno.ENOENT);

        under.turn();
        assertThat(under.takeCancels()).as("the next turn").hasSize(1);
        for (long delay : new long[]{1, 2, 4, 8, 16, 32, 64, 100, 100, 100}) {
            under.ring().advance(delay * MILLISECOND - MILLISECOND / 2);
            under.turns(3);
            assertThat(under.takeCancels()).as("before %s ms", delay).isEmpty();
            under.ring().advance(MILLISECOND / 2);
            under.turns(3);
            assertThat(under.takeCancels()).as("after %s ms", delay).hasSize(1);
        }
        assertThat(request.isRetired()).isFalse();
        assertThat(request.releasedCount()).isZero();

        under.only().moveTo(Place.POLL);
        under.ring().advance(100 * MILLISECOND);
        under.turn();
        assertThat(request.discarded()).containsExactly(-Errno.ECANCELED);
        assertThat(request.releasedCount()).isEqualTo(1);
        assertThat(under.stats().recancels()).isEqualTo(12);
    }

    @Test
    void aRequestThatHasEndedIsPursuedNoMore() {
        disposedAt(Place.DEVICE);
        under.ring().kernel().complete(under.only(), 1);
        under.turn();
        under.takeCancels();
        under.ring().advance(1_000 * MILLISECOND);
        under.turns(5);

        assertThat(under.takeCancels()).isEmpty();
        assertThat(under.stats().lateCompletions()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {-Errno.EINTR, -Errno.ERESTARTSYS, -Errno.ECANCELED, 1, 0})
    void aRunningRequestEndsAsItLikesAndIsDiscarded(int result) {
        RecordingRequest request = disposedAt(Place.WORKER_RUNNING);
        assertThat(under.takeCancels()).extracting(CancelRecord::result).containsExactly(-Errno.EALREADY);
        assertThat(request.releasedCount()).isZero();

        under.ring().kernel().complete(under.only(), result, 0);
        under.turns(2);
        assertThat(request.completed()).isEmpty();
        assertThat(request.discarded()).containsExactly(result);
        assertThat(request.releasedCount()).isEqualTo(1);
    }

    @Test
    void stragglersOfACancelByFileAreFetchedOneByOne() {
        Set<Long> seen = new HashSet<>();
        under.ring().behaviour(new KernelBehaviour() {
            @Override
            protected boolean overlooks(KernelRequest target, SqeBytes cancel) {
                // Each second one is overlooked by the first cancel that looks for it.
                return target.userData() % 2 == 0 && seen.add(target.userData());
            }
        });
        OpenFile file = under.openFile("one");
        List<RecordingRequest> requests = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            requests.add(RecordingRequest.poll(file).submitted());
        }
        under.turn();
        DisposalBatch.run(() -> requests.forEach(Request::dispose));
        under.turn();
        assertThat(under.takeCancels()).singleElement().satisfies(
                cancel -> assertThat(cancel.hits()).hasSize(20));
        assertThat(requests).filteredOn(Request::isRetired).hasSize(20);

        under.turn();
        assertThat(under.takeCancels()).hasSize(20).noneMatch(CancelRecord::isWide);
        assertThat(requests).allMatch(Request::isRetired).allMatch(request -> request.releasedCount() == 1);
    }

    /** Each is looked for among all the kernel's workers, and everybody else on the ring waits for the search. */
    @Test
    void hundredsThatWorkersRunArePursuedAFewATurn() {
        List<RecordingRequest> requests = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            requests.add(poll().submitted());
        }
        under.turn();
        under.ring().kernel().inFlight().forEach(request -> request.moveTo(Place.WORKER_RUNNING));
        DisposalBatch.run(() -> requests.forEach(Request::dispose));
        under.turn();
        under.takeCancels();

        Set<Long> pursued = new HashSet<>();
        while (pursued.size() < requests.size()) {
            under.turn();
            List<CancelRecord> cancels = under.takeCancels();
            assertThat(cancels).hasSizeBetween(1, 32).allMatch(cancel -> pursued.add(cancel.sqe().addr()));
        }
        under.turn();
        assertThat(under.takeCancels()).as("before a millisecond has passed").isEmpty();

        under.ring().kernel().inFlight().forEach(request -> under.ring().kernel().complete(request, -Errno.EINTR, 0));
        under.turns(2);
        assertThat(requests).allMatch(Request::isRetired);
    }

    @Test
    void aSlotIsGivenBackByItsOwnFinalCqeOnly() {
        // Without CQE_SKIP the cancel's own completion arrives too.
        replace(ScriptedLoop.without(RingFeature.CQE_SKIP));
        RecordingRequest first = disposedAt(Place.WORKER_RUNNING);
        assertThat(under.stats().inFlight()).isEqualTo(1);
        List<RecordingRequest> others = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            others.add(poll().submitted());
        }
        under.turns(3);

        int slot = UserData.slot(first.userData());
        assertThat(others).allMatch(Request::inFlight)
                .noneMatch(request -> UserData.slot(request.userData()) == slot);
    }

    @Test
    void aCompletionOfAnEarlierGenerationIsCountedAndNotDelivered() {
        RecordingRequest first = RecordingRequest.nop(under.loop()).submitted();
        under.turn();
        long stale = first.userData();
        // Slots are reused in the order they were given back.
        RecordingRequest last = first;
        while (last == first || UserData.slot(last.userData()) != UserData.slot(stale)) {
            last = poll().submitted();
            under.turn();
            if (UserData.slot(last.userData()) != UserData.slot(stale)) {
                last.dispose();
                under.turn();
            }
        }
        under.ring().post(stale, 7, 0);
        under.turn();

        assertThat(last.completed()).isEmpty();
        assertThat(List.of(last)).allMatch(Request::inFlight);
        assertThat(under.stats().staleCompletions()).isEqualTo(1);
        under.shutDown();
        under = ScriptedLoop.open();
    }

    @Test
    void aWaitIsNoLongerThanUntilTheNextCancelIsDue() {
        RecordingRequest request = disposedAt(Place.DEVICE);
        under.ring().behaviour(new KernelBehaviour() {
            @Override
            protected boolean progressWhileWaiting(ScriptedKernel kernel) {
                return false;
            }
        });
        long before = under.ring().nanoTime();
        // A wait without an end would fail: nothing happens by itself.
        for (int i = 0; i < 12; i++) {
            under.turnOrWait();
        }
        assertThat(under.ring().nanoTime() - before).isBetween(50 * MILLISECOND, 1_000 * MILLISECOND);
        under.only().moveTo(Place.POLL);
        under.turnUntil("the request over", request::isRetired);
    }

    @Test
    void aCancelTheKernelHasNotTakenIsNotRepeated() {
        RecordingRequest request = poll().submitted();
        under.turn();
        request.dispose();
        under.ring().refuseEnter(Errno.EBUSY, Errno.EBUSY, Errno.EBUSY);
        under.turns(3);
        assertThat(under.ring().staged()).isEqualTo(1);
        under.turn();

        assertThat(under.takeCancels()).hasSize(1);
        assertThat(request.isRetired()).isTrue();
    }

    private void replace(ScriptedLoop other) {
        under.close();
        under = other;
    }

    private RecordingRequest poll() {
        return RecordingRequest.poll(under.loop(), under.descriptor());
    }

    private RecordingRequest disposedAt(Place place) {
        RecordingRequest request = poll().submitted();
        under.turn();
        under.only().moveTo(place);
        request.dispose();
        under.turn();
        return request;
    }
}
