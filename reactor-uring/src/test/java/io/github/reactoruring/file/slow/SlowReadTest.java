package io.github.reactoruring.file.slow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.buffers.TrackedBuffers;
import io.github.reactoruring.testing.fuse.Gate;
import io.github.reactoruring.testing.fuse.SlowFile;
import io.github.reactoruring.testing.fuse.SlowFileSystem;
import io.github.reactoruring.testing.process.Descriptors;
import reactor.core.publisher.Mono;

/** Holds what the ring promises while a filesystem keeps a read or write waiting. */
class SlowReadTest extends OnASlowFilesystem {

    private static final long SIZE_BYTES = 64 << 20;

    @ParameterizedTest(name = "buffered: {0}")
    @ValueSource(booleans = {false, true})
    void heldReadsDelayNobodyElseOnTheRing(boolean buffered) {
        SlowFile file = file(buffered);
        UringFile open = open(file);
        file.reads().hold();
        List<Probe<TrackedBuffers.Buffer>> reads = readMany(open, 4);
        file.reads().awaitHeld(4);

        assertOthersAreServed();
        assertThat(reads).noneMatch(Probe::isTerminated);

        file.reads().open();
        for (int i = 0; i < reads.size(); i++) {
            assertRead(reads.get(i), i * STRIDE_BYTES);
        }
        open.close().block(LONG);
    }

    @ParameterizedTest(name = "buffered: {0}")
    @ValueSource(booleans = {false, true})
    void theBufferOutlivesTheDisposalUntilTheKernelIsDone(boolean buffered) {
        SlowFile file = file(buffered);
        UringFile open = open(file);
        file.reads().hold();
        Probe<TrackedBuffers.Buffer> read = read(open, 0);
        file.reads().awaitHeld(1);

        read.dispose();
        Await.until("pursuit", () -> ring.get().stats().recancels() >= 3);
        assertOthersAreServed();
        assertThat(ring.get().stats().inFlight()).isEqualTo(1);
        assertThat(buffers.leased()).isEqualTo(1);
        assertThat(file.reads().held()).isEqualTo(1);

        file.reads().open();
        ring.awaitIdle();
        buffers.awaitNothingLeft();
        read.assertSilent();
        open.close().block(LONG);
    }

    @Test
    void theDisposalInterruptsWhatTheFilesystemLetsBeInterrupted() {
        SlowFile file = file(false);
        UringFile open = open(file);
        file.reads().hold().interruptible();
        Probe<TrackedBuffers.Buffer> read = read(open, 0);
        file.reads().awaitHeld(1);

        read.dispose();
        ring.awaitIdle();
        buffers.awaitNothingLeft();
        read.assertSilent();
        assertThat(file.reads().interrupts()).isEqualTo(1);
        assertThat(ring.get().stats().cancelled()).isEqualTo(1);
        open.close().block(LONG);
    }

    @Test
    void noReadReachesTheFilesystemAfterTheDisposal() {
        Map<String, Integer> before = Descriptors.open();
        SlowFile file = file(false);
        file.reads().hold();
        Probe<TrackedBuffers.Buffer> content = stream(file, 4);
        file.reads().awaitHeld(4);

        content.dispose();
        assertOthersAreServed();
        file.reads().open();
        ring.awaitIdle();
        Descriptors.awaitNoMoreThan(before);
        buffers.awaitNothingLeft();
        content.assertSilent();
        assertThat(file.reads().arrived()).isEqualTo(4);
    }

    /** The ring lets the kernel have 256 workers for such reads. */
    @Test
    void readsTheWorkersHadNotStartedAreCancelled() {
        SlowFile file = file(false);
        file.reads().hold();
        int chunks = 400;
        Probe<TrackedBuffers.Buffer> content = stream(file, chunks);
        ring.awaitInFlight(chunks);
        Await.until("a held read", () -> file.reads().held() > 0);

        content.dispose();
        Await.until("only started reads left", () -> ring.get().stats().inFlight() == file.reads().held());
        int started = file.reads().held();
        assertThat(started).isLessThan(chunks);
        Await.until("only their buffers left", () -> buffers.leased() == started);

        file.reads().open();
        ring.awaitIdle();
        buffers.awaitNothingLeft();
        content.assertSilent();
        assertThat(file.reads().arrived()).isEqualTo(started);
    }

    @Test
    void aReadStartedWhileADisposedOneIsHeldGetsItsData() {
        SlowFile file = file(false);
        file.reads().hold();
        Probe<TrackedBuffers.Buffer> gone = stream(file, 8);
        Await.until("a held read", () -> file.reads().held() > 0);
        gone.dispose();
        Probe<TrackedBuffers.Buffer> staying = stream(file, 8);
        file.reads().open();

        staying.awaitValues(8).assertRules();
        for (TrackedBuffers.Buffer buffer : staying.values()) {
            buffer.release();
        }
        staying.dispose();
        gone.assertSilent();
        ring.awaitIdle();
    }

    @Test
    void theDeadlinePassesAtOnceAndTheBufferStays() {
        SlowFile file = file(false);
        UringFile open = open(file);
        file.reads().hold();
        Probe<TrackedBuffers.Buffer> read = reaching(file.reads(), time -> {
            Probe<TrackedBuffers.Buffer> attempt = read(open.withDeadline(time), 0);
            attempt.awaitError(TimeoutException.class);
            return attempt;
        });

        assertThat(file.reads().answered()).isZero();
        assertThat(buffers.leased()).isPositive();
        assertOthersAreServed();

        file.reads().open();
        ring.awaitIdle();
        buffers.awaitNothingLeft();
        read.assertRules();
        open.close().block(LONG);
    }

    @Test
    void anUnusedDeadlineLeavesNothingInFlight() {
        SlowFile file = file(false);
        UringFile open = open(file);
        Duration aDay = Duration.ofDays(1);
        Probe<TrackedBuffers.Buffer> inTime = read(open.withDeadline(aDay), STRIDE_BYTES);
        assertRead(inTime, STRIDE_BYTES);
        ring.awaitIdle();

        file.reads().hold();
        Probe<TrackedBuffers.Buffer> disposed = read(open.withDeadline(aDay), 0);
        file.reads().awaitHeld(1);
        disposed.dispose();
        file.reads().open();
        ring.awaitIdle();
        disposed.assertSilent();
        open.close().block(LONG);
    }

    @Test
    void aTimeoutOperatorLeavesTheBufferToTheKernel() {
        SlowFile file = file(false);
        UringFile open = open(file);
        file.reads().hold();
        Mono<TrackedBuffers.Buffer> read = open.readAt(0, READ_BYTES, buffers);

        Throwable error = reaching(file.reads(), time -> catchThrowable(() -> read.timeout(time).block(LONG)));
        assertThat(error).hasCauseInstanceOf(TimeoutException.class);
        assertThat(file.reads().answered()).isZero();
        assertThat(buffers.leased()).isPositive();

        file.reads().open();
        buffers.awaitNothingLeft();
        open.close().block(LONG);
    }

    @Test
    void closingWaitsForAHeldReadAndLosesNothing() {
        Map<String, Integer> before = Descriptors.open();
        SlowFile file = file(false);
        UringFile open = open(file);
        file.reads().hold();
        Probe<TrackedBuffers.Buffer> read = read(open, STRIDE_BYTES);
        file.reads().awaitHeld(1);

        Probe<Void> closing = Probe.idle();
        open.close().subscribe(closing);
        closing.request(1);
        Await.until("pursuit", () -> ring.get().stats().recancels() >= 3);
        assertThatThrownBy(() -> open.readAt(0, 1).block(LONG)).hasCauseInstanceOf(ClosedChannelException.class);
        assertThat(closing.isTerminated()).isFalse();

        file.reads().open();
        assertRead(read, STRIDE_BYTES);
        closing.awaitEnd().assertRules();
        assertThat(closing.isCompleted()).isTrue();
        Descriptors.awaitNoMoreThan(before);
    }

    @Test
    void aHeldWriteIsWrittenThoughItsSubscriberHasGone() {
        SlowFile file = slow.file("written", new byte[8]);
        Gate writes = file.gate(SlowFile.Call.WRITE).hold();
        UringFile open = ring.get().files().open(file.path(), StandardOpenOption.WRITE).block(LONG);
        Probe<Long> write = Probe.idle();
        open.writeAt(2, ByteBuffer.wrap(new byte[]{1, 2, 3})).subscribe(write);
        write.request(1);
        writes.awaitHeld(1);

        write.dispose();
        assertOthersAreServed();
        assertThat(ring.get().stats().inFlight()).isEqualTo(1);

        writes.open();
        open.close().block(LONG);
        write.assertSilent();
        assertThat(file.content()).containsExactly(0, 0, 1, 2, 3, 0, 0, 0);
    }

    @Test
    void aReadNoWorkerWaitsForKeepsItsBufferToo() throws IOException {
        try (SlowFileSystem other = SlowFileSystem.mountWithAsyncDirectIo()) {
            SlowFile file = other.file("file", SIZE_BYTES);
            UringFile open = open(file);
            file.reads().hold();
            List<Probe<TrackedBuffers.Buffer>> reads = readMany(open, 40);
            file.reads().awaitHeld(40);

            reads.forEach(Probe::dispose);
            Await.until("pursuit", () -> ring.get().stats().recancels() >= 40);
            assertOthersAreServed();
            assertThat(buffers.leased()).isEqualTo(40);

            file.reads().open();
            ring.awaitIdle();
            buffers.awaitNothingLeft();
            reads.forEach(Probe::assertSilent);
            open.close().block(LONG);
        }
    }

    private SlowFile file(boolean buffered) {
        SlowFile file = slow.file("file", SIZE_BYTES);
        return buffered ? file.buffered() : file;
    }

    private Probe<TrackedBuffers.Buffer> stream(SlowFile file, int chunks) {
        Probe<TrackedBuffers.Buffer> content = Probe.idle();
        ReadOptions options = ReadOptions.defaults().withChunkBytes(READ_BYTES)
                .withReadAheadBytes(chunks * READ_BYTES);
        ring.get().files().read(file.path(), options, buffers).subscribe(content);
        return content.request(chunks);
    }
}
