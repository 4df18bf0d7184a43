package io.github.reactoruring.file.slow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.github.reactoruring.Uring;
import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.file.FileStat;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.buffers.TrackedBuffers;
import io.github.reactoruring.testing.fuse.Gate;
import io.github.reactoruring.testing.fuse.NeedsFuse;
import io.github.reactoruring.testing.fuse.SlowFile;
import io.github.reactoruring.testing.fuse.SlowFile.Call;
import io.github.reactoruring.testing.fuse.SlowFileSystem;
import io.github.reactoruring.testing.process.Descriptors;
import reactor.core.Disposable;

/** Closes rings whose requests a filesystem keeps waiting. Each test has a ring of its own: it ends badly. */
@NeedsFuse
class SlowShutdownTest {

    private static final Duration LONG = Duration.ofSeconds(10);

    /** The buffers stay leased as long as the kernel has them: TrackedBuffers would see one written to that was given back. */
    @Test
    void pastItsDeadlineTheShutdownSaysWhatItKeepsAndGivesItBackWhenTheKernelHasDoneWithIt() throws IOException {
        Map<String, Integer> before = Descriptors.open();
        TrackedBuffers buffers = new TrackedBuffers();
        Probe<TrackedBuffers.Buffer> first = Probe.idle();
        Probe<TrackedBuffers.Buffer> second = Probe.idle();
        try (SlowFileSystem slow = SlowFileSystem.mount()) {
            SlowFile file = slow.file("file", 1 << 20);
            Uring uring = Uring.builder("leaking").build();
            UringFile open = uring.files().open(file.path()).block(LONG);
            file.reads().hold();
            file.gate(Call.FLUSH).hold();
            open.readAt(0, 4096, buffers).subscribe(first);
            open.readAt(8192, 4096, buffers).subscribe(second);
            first.request(1);
            second.request(1);
            file.reads().awaitHeld(2);

            Probe<Void> closing = Probe.idle();
            uring.disposeLater(Duration.ofMillis(50)).subscribe(closing);
            closing.request(1);

            assertThat(closing.awaitError(IllegalStateException.class))
                    .hasMessageContaining("2 requests still in flight").hasMessageContaining("kept");
            assertThat(first.awaitError(IllegalStateException.class)).hasMessageContaining("kept");
            second.awaitError(IllegalStateException.class);
            assertThat(file.reads().held()).isEqualTo(2);
            assertThat(buffers.leased()).isEqualTo(2);
            assertThat(uring.stats().inFlight()).as("honest").isEqualTo(2);
            assertThat(uring.failureCause()).isNull();

            file.gate(Call.FLUSH).open();
            file.reads().open();
            Await.until("the ring's end", () -> uring.stats().inFlight() == 0 && buffers.leased() == 0);
            Await.until("the end of its thread", () -> Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().startsWith("uring-leaking-")));
        }
        Descriptors.awaitNoMoreThan(before);
        first.assertRules();
        second.assertRules();
        assertThat(first.values()).isEmpty();
        buffers.close();
    }

    /** What the kernel may still write to must not be collected, or a stranger's buffer gets the bytes. */
    @Test
    void pastItsDeadlineNoBufferIsCollectedThatTheKernelMayStillWriteTo() throws IOException {
        List<WeakReference<ByteBuffer>> buffers = new ArrayList<>();
        try (SlowFileSystem slow = SlowFileSystem.mount()) {
            SlowFile file = slow.file("file", 1 << 20);
            file.reads().hold();
            leaveBehind(file, buffers);

            for (int i = 0; i < 20; i++) {
                System.gc();
                // Takes what the collector may have freed.
                ByteBuffer.allocateDirect(4096);
            }
            assertThat(buffers).hasSize(9).as("kept").allMatch(buffer -> buffer.get() != null);
            file.reads().open();
        }
    }

    /** Leaves reads behind of which nobody but the kernel knows any more. */
    private static void leaveBehind(SlowFile file, List<WeakReference<ByteBuffer>> buffers) {
        Uring uring = Uring.builder("forgotten").build();
        UringFile open = uring.files().open(file.path()).block(LONG);
        BufferFactory<ByteBuffer> direct = new Collected(buffers);
        for (int i = 0; i < 8; i++) {
            open.readAt(i * 4096L, 4096, direct).subscribe(buffer -> {
            }, error -> {
            });
        }
        file.reads().awaitHeld(8);
        // One more that is given up before.
        Disposable disposed = open.readAt(40_960, 4096, direct).subscribe();
        file.reads().awaitHeld(9);
        disposed.dispose();
        assertThatThrownBy(() -> uring.disposeLater(Duration.ofMillis(50)).block(LONG))
                .hasMessageContaining("still in flight");
    }

    /** Direct buffers that are the garbage collector's, as a user's own factory may make them. */
    private record Collected(List<WeakReference<ByteBuffer>> made) implements BufferFactory<ByteBuffer> {

        @Override
        public Lease<ByteBuffer> lease(int capacityBytes) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(capacityBytes);
            made.add(new WeakReference<>(buffer));
            return new Lease<>() {
                @Override
                public long address() {
                    return MemorySegment.ofBuffer(buffer).address();
                }

                @Override
                public int capacityBytes() {
                    return capacityBytes;
                }

                @Override
                public ByteBuffer fill(int lengthBytes) {
                    return buffer.limit(lengthBytes);
                }

                @Override
                public void release() {
                    // The garbage collector's.
                }
            };
        }

        @Override
        public void release(ByteBuffer buffer) {
            // The garbage collector's.
        }
    }

    @Test
    void theShutdownWaitsForAReadThatIsReleasedInTime() throws IOException {
        Map<String, Integer> before = Descriptors.open();
        try (SlowFileSystem slow = SlowFileSystem.mount(); TrackedBuffers buffers = new TrackedBuffers()) {
            SlowFile file = slow.file("file", 1 << 20);
            Uring uring = Uring.builder("patient").build();
            file.reads().hold();
            Probe<TrackedBuffers.Buffer> read = Probe.idle();
            ReadOptions aChunk = ReadOptions.defaults().withChunkBytes(4096);
            uring.files().read(file.path(), aChunk, buffers).subscribe(read);
            read.request(1);
            file.reads().awaitHeld(1);
            Probe<Void> closing = Probe.idle();
            uring.disposeLater(LONG).subscribe(closing);
            closing.request(1);

            file.reads().open();
            assertThat(closing.awaitEnd().error()).isNull();
            read.assertRules();
            read.values().forEach(TrackedBuffers.Buffer::release);
            assertThat(uring.stats().inFlight()).isZero();
        }
        Descriptors.awaitNoMoreThan(before);
    }

    /** A held close is the last thing the shutdown waits for, and no buffer is at stake any more. */
    @Test
    void aFileThatIsNotClosedInTimeIsToldAsWell() throws IOException {
        Map<String, Integer> before = Descriptors.open();
        try (SlowFileSystem slow = SlowFileSystem.mount()) {
            SlowFile file = slow.file("file", 1 << 20);
            Gate flushes = file.gate(Call.FLUSH).hold();
            Uring uring = Uring.builder("flushing").build();
            uring.files().open(file.path()).block(LONG);

            Probe<Void> closing = Probe.idle();
            uring.disposeLater(Duration.ofMillis(50)).subscribe(closing);
            closing.request(1);
            flushes.awaitHeld(1);
            assertThat(closing.awaitError(IllegalStateException.class))
                    .hasMessageContaining("1 requests still in flight");

            flushes.open();
        }
        Descriptors.awaitNoMoreThan(before);
    }

    /** The disposal returns while the filesystem holds everything, and what arrives later is closed. */
    @Test
    void disposingOfTheRingDoesNotWaitForTheFilesystem() throws IOException {
        Map<String, Integer> before = Descriptors.open();
        try (SlowFileSystem slow = SlowFileSystem.mount(); TrackedBuffers buffers = new TrackedBuffers()) {
            SlowFile opening = slow.file("opening", 1 << 20);
            SlowFile reading = slow.file("reading", 1 << 20);
            SlowFile looking = slow.file("looking", 1 << 20);
            Uring uring = Uring.builder("leaving").build();
            opening.opens().hold();
            reading.reads().hold();
            Gate lookups = looking.gate(Call.LOOKUP).hold();
            Probe<UringFile> opened = Probe.idle();
            uring.files().open(opening.path()).subscribe(opened);
            Probe<TrackedBuffers.Buffer> read = Probe.idle();
            ReadOptions oneAtATime = ReadOptions.defaults().withChunkBytes(4096).withReadAheadBytes(0);
            uring.files().read(reading.path(), oneAtATime, buffers).subscribe(read);
            Probe<FileStat> looked = Probe.idle();
            uring.fileSystem().stat(looking.path()).subscribe(looked);
            opened.request(1);
            read.request(Long.MAX_VALUE);
            opening.opens().awaitHeld(1);
            reading.reads().awaitHeld(1);
            // Last: while one name is being looked up, FUSE looks up no other in that directory.
            looked.request(1);
            lookups.awaitHeld(1);

            uring.dispose();
            assertThat(uring.isDisposed()).isTrue();
            assertThat(uring.stats().inFlight()).isPositive();
            assertThat(buffers.leased()).isEqualTo(1);

            opening.opens().open();
            reading.reads().open();
            lookups.open();
            uring.disposeLater().block(LONG);
            for (Probe<?> source : List.of(opened, read, looked)) {
                source.awaitEnd().assertRules();
            }
            read.values().forEach(TrackedBuffers.Buffer::release);
        }
        Descriptors.awaitNoMoreThan(before);
    }
}
