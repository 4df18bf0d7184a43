package io.github.reactoruring.cancellation;

import static io.github.reactoruring.testing.kernel.RawOperations.IORING_POLL_ADD_MULTI;
import static io.github.reactoruring.testing.kernel.RawOperations.POLLIN;
import static io.github.reactoruring.testing.kernel.RawOperations.POLLOUT;
import static io.github.reactoruring.testing.kernel.RawOperations.poll;
import static io.github.reactoruring.testing.kernel.RawOperations.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.github.reactoruring.Completion;
import io.github.reactoruring.UringCancelledException;
import io.github.reactoruring.UringException;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.testing.ArmedRequests;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.kernel.RawPipe;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Removes and changes polls in flight. */
@NeedsUring
class PollAmendmentTest {

    @RegisterExtension
    final TestUring ring = TestUring.with(builder -> builder.completionEntries(32_768));

    private RawPipe pipe;

    @BeforeEach
    void makePipe() {
        pipe = new RawPipe();
    }

    @AfterEach
    void closePipe() {
        pipe.close();
    }

    private void assertErrno(Mono<Void> amendment, int errno) {
        assertThatThrownBy(amendment::block).cause().isInstanceOfSatisfying(UringException.class,
                error -> assertThat(error.errno()).isEqualTo(errno));
    }

    @Test
    void removalEndsThePollAndTellsItsSource() {
        ArmedRequests armed = new ArmedRequests(ring.get()).poll(1, pipe.source()).poll(2, pipe.source()).await();

        ring.get().raw().pollRemove(1).block();

        assertThat(armed.awaitCancelled(1)).containsExactly(1L);
        armed.disposeOfTheRest();
    }

    @Test
    void removalOfWhatIsNotThereFails() {
        assertErrno(ring.get().raw().pollRemove(1), Errno.ENOENT);
    }

    @Test
    void removalFindsNothingButPolls() {
        ArmedRequests armed = new ArmedRequests(ring.get()).read(1, pipe.source()).timer(2).await();

        assertErrno(ring.get().raw().pollRemove(1), Errno.ENOENT);
        assertErrno(ring.get().raw().pollRemove(2), Errno.ENOENT);
        assertThat(armed.ended()).isEmpty();
        armed.disposeOfTheRest();
    }

    @Test
    void removalOfAPollThatIsOverFails() {
        pipe.write(1);
        ring.get().raw().submit(poll(pipe.source(), POLLIN).userData(1)).block();

        assertErrno(ring.get().raw().pollRemove(1), Errno.ENOENT);
    }

    @Test
    void removesAMultishotPoll() {
        Probe<Completion> probe = Probe.idle();
        ring.get().raw().stream(poll(pipe.source(), POLLIN).length(IORING_POLL_ADD_MULTI).userData(1))
                .subscribe(probe);
        probe.request(10);
        ring.awaitInFlight(1);
        pipe.write(1);
        probe.awaitValues(1);

        ring.get().raw().pollRemove(1).block();

        probe.awaitError(UringCancelledException.class);
        probe.assertRules();
    }

    @Test
    void updateChangesWhatThePollWaitsFor() {
        // A sink is never readable, and writable at once.
        ArmedRequests armed = new ArmedRequests(ring.get()).poll(1, pipe.sink()).await();

        ring.get().raw().pollUpdate(1, POLLOUT, false).block();

        assertThat(armed.get(1).awaitValues(1).values().getFirst().result() & POLLOUT).isEqualTo(POLLOUT);
    }

    @Test
    void updateOfAMultishotPollLeavesItOne() {
        Probe<Completion> probe = Probe.idle();
        ring.get().raw().stream(poll(pipe.source(), POLLOUT).length(IORING_POLL_ADD_MULTI).userData(1))
                .subscribe(probe);
        probe.request(10);
        ring.awaitInFlight(1);

        ring.get().raw().pollUpdate(1, POLLIN, true).block();
        pipe.write(1);
        probe.awaitValues(1);
        pipe.read();
        pipe.write(2);
        probe.awaitValues(2);

        probe.dispose();
        ring.awaitIdle();
        probe.assertRules();
    }

    @Test
    void updateOfWhatIsNotThereFails() {
        assertErrno(ring.get().raw().pollUpdate(1, POLLIN, false), Errno.ENOENT);
    }

    @Test
    void thousandsOfPollsAreRemovedInAnyOrder() {
        int count = 8192;
        ArmedRequests armed = new ArmedRequests(ring.get());
        List<Long> userData = new ArrayList<>();
        for (long i = 1; i <= count; i++) {
            armed.poll(i, pipe.source());
            userData.add(i);
        }
        armed.await();
        Collections.shuffle(userData, new Random(1));

        Flux.fromIterable(userData).flatMap(each -> ring.get().raw().pollRemove(each), 1024)
                .then().block(Duration.ofSeconds(30));

        armed.awaitCancelled(count);
        ring.awaitIdle();
    }

    @Test
    void aReadIsNoPollThoughTheKernelPollsForIt() {
        Probe<Completion> probe = Probe.idle();
        ring.get().raw().submit(read(pipe.source(), 1).userData(1)).subscribe(probe);
        probe.request(1);
        ring.awaitInFlight(1);

        assertErrno(ring.get().raw().pollUpdate(1, POLLOUT, false), Errno.ENOENT);
        pipe.write(1);
        probe.awaitValues(1);
    }
}
