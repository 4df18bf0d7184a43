package io.github.reactoruring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.internal.loop.RingFailure;
import io.github.reactoruring.raw.Chain;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.ChildJvm;
import io.github.reactoruring.testing.NeedsUring;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.RawPipe;
import io.github.reactoruring.testing.TestUring;

/** Holds that one user's failing costs the others nothing, and that a ring that failed all the same does not look alive. */
@NeedsUring
@Tag("fault")
class FailedRingTest {

    private static final Duration LONG = Duration.ofSeconds(10);
    private static final int POLLIN = 1;

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @Test
    void aListenerThatThrowsWhenItsRequestIsStagedFailsThatRequestOnly() {
        AtomicInteger released = new AtomicInteger();
        Operation throwing = Operation.of(Opcode.NOP).onRelease(released::incrementAndGet).onStaged(userData -> {
            throw new IllegalStateException("a listener's own");
        });

        assertThatThrownBy(() -> ring.get().raw().submit(throwing).block(LONG)).hasMessage("a listener's own");
        assertThatThrownBy(() -> ring.get().raw().submit(throwing.withDeadline(LONG)).block(LONG))
                .hasMessage("a listener's own");
        assertThatThrownBy(() -> ring.get().raw().stream(throwing).blockLast(LONG)).hasMessage("a listener's own");
        assertThatThrownBy(() -> ring.get().raw().submit(Chain.of(Operation.of(Opcode.NOP)).then(throwing)).block(LONG))
                .hasMessage("a listener's own");
        // What was told of the failure may be before the release.
        Await.until("each submission released", () -> released.get() == 4);
        assertWorks();
        assertThat(released).as("once for each submission").hasValue(4);
    }

    @Test
    void anErrorOfAListenerIsNoMoreToTheRing() {
        Operation throwing = Operation.of(Opcode.NOP).onStaged(userData -> {
            throw new OutOfMemoryError("a listener's own");
        });
        // Straight to the subscriber: block() would throw it for itself.
        Probe<Completion> probe = Probe.idle();
        ring.get().raw().submit(throwing).subscribe(probe);
        probe.request(1);

        assertThat(probe.awaitError(OutOfMemoryError.class)).hasMessage("a listener's own");
        assertWorks();
    }

    private void assertWorks() {
        assertThat(ring.get().raw().nop().block(LONG)).isNull();
        assertThat(ring.get().failureCause()).isNull();
        assertThat(ring.get().isDisposed()).isFalse();
    }

    @Test
    void aRingThatFailedTellsEverybodyAndSaysSoEverAfter() {
        Uring failing = Uring.builder("failing").build();
        OutOfMemoryError cause = new OutOfMemoryError("in the middle of a turn");
        try (RawPipe pipe = new RawPipe()) {
            Probe<Integer> poll = Probe.idle();
            failing.raw().poll(pipe.source(), POLLIN).subscribe(poll);
            poll.request(1);
            Await.until("the poll in flight", () -> failing.stats().inFlight() == 1);

            RingFailure.fail(failing, cause);

            assertThat(poll.awaitError(OutOfMemoryError.class)).isSameAs(cause);
        }
        assertThat(failing.failureCause()).isSameAs(cause);
        assertThat(failing.isDisposed()).isTrue();
        assertThatThrownBy(() -> failing.files().read(Path.of("/etc/hostname")).blockLast(LONG))
                .isInstanceOf(RejectedExecutionException.class).hasMessageContaining("has failed").hasCause(cause);
        assertThatThrownBy(() -> failing.timers().after(Duration.ofMillis(1)).block(LONG))
                .isInstanceOf(RejectedExecutionException.class).hasCause(cause);
        assertThatThrownBy(() -> failing.files().write(Path.of("/tmp/never"), reactor.core.publisher.Flux.just(
                ByteBuffer.allocate(1))).block(LONG)).isInstanceOf(RejectedExecutionException.class).hasCause(cause);
        assertThat(RingFailure.isKept(failing)).isTrue();
    }

    /** In a JVM of its own: the ring that all share is broken. */
    @Test
    void theSharedRingIsOpenedAnewOnceItHasFailed() throws Exception {
        assertThat(new ChildJvm().run(BrokenSharedRingMain.class)).contains("reopened: true, works: true");
    }

    /** A hundred readers who keep what they get fill the heap. */
    @Test
    void aFullHeapCostsThoseWhoFillItAndTheRingGoesOnOrSaysSo(@TempDir Path directory) throws Exception {
        Path file = Files.write(directory.resolve("large"), new byte[8 << 20]);
        for (int i = 0; i < 3; i++) {
            String output = new ChildJvm().run(FullHeapMain.class, file.toString());
            assertThat(output).contains("readers: 100, ended: 100").contains("later: answered");
        }
    }
}
