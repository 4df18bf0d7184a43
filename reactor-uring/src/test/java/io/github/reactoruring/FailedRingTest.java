package io.github.reactoruring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.RingFailure;
import io.github.reactoruring.raw.Chain;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.kernel.RawPipe;
import io.github.reactoruring.testing.process.ChildJvm;

/** Holds that one user's failing costs the others nothing, and that a ring that failed all the same does not look alive. */
@NeedsUring
@Tag("fault")
class FailedRingTest {

    private static final Duration LONG = Duration.ofSeconds(10);
    private static final int POLLIN = 1;
    private static final int AT_FDCWD = -100;

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
    void aRingThatFailedTellsEverybodyAndSaysSoUntilItIsReplaced() {
        Uring failing = Uring.builder("failing").build();
        OutOfMemoryError cause = new OutOfMemoryError("in the middle of a turn");
        Runnable moreRings;
        EventLoop failed;
        try (RawPipe pipe = new RawPipe()) {
            Probe<Integer> poll = Probe.idle();
            failing.raw().poll(pipe.source(), POLLIN).subscribe(poll);
            poll.request(1);
            Await.until("the poll in flight", () -> failing.stats().inFlight() == 1);

            moreRings = RingFailure.noMoreRings(failing);
            failed = RingFailure.fail(failing, cause);

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
        assertThat(RingFailure.isKept(failed)).as("a poll has no memory").isFalse();
        assertThat(failing.stats().inFlight()).isZero();
        assertThat(failing.stats().ringFailures()).isEqualTo(1);

        moreRings.run();
        Await.until("another ring", () -> failing.failureCause() == null);
        assertThat(failing.isDisposed()).isFalse();
        failing.raw().nop().block(LONG);
        failing.disposeLater().block(LONG);
    }

    /** A chain's later operations must not run behind one that was never made; nor stay, out of anybody's reach. */
    @Test
    void nothingRunsBehindALinkWhoseListenerThrew(@TempDir Path directory) throws Exception {
        Operation throwing = Operation.of(Opcode.NOP).onStaged(userData -> {
            throw new IllegalStateException("a listener's own");
        });
        Path precious = Files.createFile(directory.resolve("precious"));
        try (Arena arena = Arena.ofShared(); RawPipe pipe = new RawPipe()) {
            Operation delete = Operation.of(Opcode.UNLINKAT).fd(AT_FDCWD)
                    .pointer(arena.allocateFrom(precious.toString()));
            Operation poll = Operation.of(Opcode.POLL_ADD).fd(pipe.source()).operationFlags(POLLIN);
            for (Chain chain : List.of(Chain.of(throwing).then(delete), Chain.of(throwing).thenAlways(delete),
                    Chain.of(Operation.of(Opcode.NOP)).then(throwing).then(delete),
                    Chain.of(throwing).then(poll).then(delete), Chain.of(throwing).thenAlways(poll))) {
                assertThatThrownBy(() -> ring.get().raw().submit(chain).block(LONG)).hasMessage("a listener's own");
            }
            ring.awaitIdle();
            assertThat(precious).exists();
        }
        assertWorks();
    }

    /** Each falls back to the other, which has failed too: nobody may be told under a lock. */
    @Test
    void twoThreadsMayFallBackFromOneFailedRingToAnother() throws Exception {
        Uring first = failed("first");
        Uring second = failed("second");
        Thread there = Thread.ofPlatform().daemon().start(() -> fallBack(first, second));
        Thread back = Thread.ofPlatform().daemon().start(() -> fallBack(second, first));

        assertThat(there.join(LONG)).isTrue();
        assertThat(back.join(LONG)).isTrue();
    }

    private static Uring failed(String name) {
        Uring failed = Uring.builder(name).build();
        RingFailure.failForGood(failed);
        return failed;
    }

    private static void fallBack(Uring from, Uring to) {
        for (int i = 0; i < 20_000; i++) {
            from.raw().nop().onErrorResume(error -> to.raw().nop()).onErrorComplete().subscribe();
        }
    }

    /** While the ring's own thread closes the files of a ring that failed, others who are turned away close them as well. */
    @Test
    void aFileOfARingThatFailedIsClosedOnceWhoeverClosesIt(@TempDir Path directory) throws Exception {
        Path file = Files.write(directory.resolve("file"), new byte[200_000]);
        for (int round = 0; round < 20; round++) {
            Uring failing = Uring.builder("closing").build();
            List<UringFile> open = new ArrayList<>();
            List<Probe<ByteBuffer>> readers = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                open.add(failing.files().open(file).block(LONG));
                Probe<ByteBuffer> reader = Probe.idle();
                failing.files().read(file).subscribe(reader);
                readers.add(reader.request(1).awaitValues(1));
            }
            Thread others = Thread.ofPlatform().start(() -> {
                while (failing.failureCause() == null) {
                    Thread.onSpinWait();
                }
                readers.forEach(reader -> reader.request(1));
                open.forEach(each -> each.close().onErrorComplete().subscribe());
            });
            // Takes each number that has just become free, and loses it if it is closed once more.
            List<FileChannel> strangers = new ArrayList<>();
            RingFailure.noMoreRings(failing);
            EventLoop failed = RingFailure.fail(failing, new OutOfMemoryError("in the middle of a turn"));
            for (int i = 0; i < 200; i++) {
                strangers.add(FileChannel.open(file));
            }
            assertThat(others.join(LONG)).isTrue();
            Await.until("the ring's end", failed::isTold);
            readers.forEach(reader -> reader.awaitEnd().assertRules());
            for (FileChannel stranger : strangers) {
                assertThat(stranger.size()).isEqualTo(200_000);
                stranger.close();
            }
        }
    }

    /** In a JVM of its own: the ring that all share is broken. */
    @Test
    void theSharedRingIsOpenedAnewOnceItHasFailed() throws Exception {
        assertThat(new ChildJvm().run(BrokenSharedRingMain.class)).contains("the same: true, works: true");
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
