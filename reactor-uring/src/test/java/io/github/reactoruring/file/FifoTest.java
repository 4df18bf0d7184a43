package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Publisher;

import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.Fifo;
import io.github.reactoruring.testing.kernel.NeedsUring;

@NeedsUring
class FifoTest {

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    private static final Duration LONG = Duration.ofSeconds(10);

    private Path fifo;

    @BeforeEach
    void makeFifo(@TempDir Path directory) throws Exception {
        fifo = Fifo.make(directory.resolve("fifo"));
    }

    private Probe<ByteBuffer> read() {
        Probe<ByteBuffer> probe = Probe.idle();
        ring.get().files().read(fifo).subscribe(probe);
        return probe;
    }

    @Test
    void waitsForAWriterAndGivesWhatIsThereUntilTheWriterCloses() throws Exception {
        Probe<ByteBuffer> probe = read().request(Long.MAX_VALUE);
        ring.awaitInFlight(1);
        probe.assertSilent();

        try (FileChannel writer = FileChannel.open(fifo, StandardOpenOption.WRITE)) {
            writer.write(StandardCharsets.UTF_8.encode("first"));
            probe.awaitValues(1);
            writer.write(StandardCharsets.UTF_8.encode("second"));
            probe.awaitValues(2);
        }
        probe.awaitEnd().assertRules();

        assertThat(probe.isCompleted()).isTrue();
        assertThat(probe.values()).extracting(buffer -> StandardCharsets.UTF_8.decode(buffer).toString())
                .containsExactly("first", "second");
    }

    @Test
    void takesNothingThatWasNotRequested() throws Exception {
        Probe<ByteBuffer> probe = read().request(1);
        ring.awaitInFlight(1);
        try (FileChannel writer = FileChannel.open(fifo, StandardOpenOption.WRITE)) {
            writer.write(ByteBuffer.wrap(new byte[]{1}));
            probe.awaitValues(1);
            writer.write(ByteBuffer.wrap(new byte[]{2}));
            ring.awaitIdle();

            // Still in the pipe: another reader gets it.
            ByteBuffer other = ring.get().files().open(fifo).flatMap(file -> file.read(10)).block();
            assertThat(other).isEqualTo(ByteBuffer.wrap(new byte[]{2}));
            probe.dispose();
        }
    }

    @Test
    void endsWhenItIsCancelledWhileItWaitsForAWriter() {
        Probe<ByteBuffer> probe = read().request(1);
        ring.awaitInFlight(1);

        probe.dispose();
        ring.awaitIdle();

        probe.assertSilent();
    }

    @Test
    void endsWhenItIsCancelledWhileItWaitsForData() throws Exception {
        Probe<ByteBuffer> probe = read().request(2);
        ring.awaitInFlight(1);
        try (FileChannel writer = FileChannel.open(fifo, StandardOpenOption.WRITE)) {
            writer.write(ByteBuffer.wrap(new byte[]{1}));
            probe.awaitValues(1);
            ring.awaitInFlight(1);

            probe.dispose();
            ring.awaitIdle();
        }
        assertThat(probe.assertRules().isTerminated()).isFalse();
    }

    /** Opened by the ring it is at once, and empty: what was read then looked like its end. */
    @Test
    void aReadOfAnOpenOneWaitsForTheFirstWriter() throws Exception {
        UringFile file = open();
        Probe<ByteBuffer> reading = Probe.idle();
        file.read(10).subscribe(reading);
        reading.request(1);
        givesWhatTheFirstWriterBrings(reading);
        // There was one: an empty read is the end from now on.
        assertThat(file.read(10).blockOptional(LONG)).isEmpty();
        file.close().block(LONG);
    }

    @Test
    void aStreamOfAnOpenOneWaitsForTheFirstWriter() throws Exception {
        UringFile file = open();
        Probe<ByteBuffer> reading = Probe.idle();
        file.stream().subscribe(reading);
        reading.request(Long.MAX_VALUE);
        givesWhatTheFirstWriterBrings(reading);
        file.close().block(LONG);
    }

    @Test
    void aStreamEndsWithItsWriter() throws Exception {
        UringFile file = open();
        Probe<ByteBuffer> reading = Probe.idle();
        try (FileChannel writer = FileChannel.open(fifo, StandardOpenOption.WRITE)) {
            file.stream().subscribe(reading);
            reading.request(Long.MAX_VALUE);
            writer.write(StandardCharsets.UTF_8.encode("first"));
            reading.awaitValues(1);
        }
        assertThat(reading.awaitEnd().isCompleted()).isTrue();
        file.close().block(LONG);
    }

    @Test
    void oneThatIsOnlyWrittenToCannotBeReadAndIsNotWaitedFor() throws Exception {
        try (RandomAccessFile both = new RandomAccessFile(fifo.toFile(), "rw")) {
            UringFile file = ring.get().files().open(fifo, StandardOpenOption.WRITE).block(LONG);
            for (Publisher<ByteBuffer> reading : List.of(file.read(10), file.stream())) {
                Probe<ByteBuffer> probe = Probe.idle();
                reading.subscribe(probe);
                probe.request(1).awaitError(IOException.class);
            }
            file.close().block(LONG);
        }
    }

    @Test
    void whatIsMovedOutOfAnOpenOneWaitsForTheFirstWriter(@TempDir Path directory) throws Exception {
        UringFile file = open();
        UringFile target = ring.get().files().open(directory.resolve("moved"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE).block(LONG);
        Probe<Long> moving = Probe.idle();
        file.transferTo(target, 3).subscribe(moving);
        moving.request(1);
        ring.awaitInFlight(1);
        moving.assertSilent();
        try (FileChannel writer = FileChannel.open(fifo, StandardOpenOption.WRITE)) {
            writer.write(StandardCharsets.UTF_8.encode("new"));
            assertThat(moving.awaitEnd().values()).containsExactly(3L);
        }
        assertThat(directory.resolve("moved")).hasContent("new");
        file.close().then(target.close()).block(LONG);
    }

    @Test
    void aReadThatWaitsForTheFirstWriterEndsAtItsDeadlineAndByItsCancel() {
        UringFile file = open();
        Probe<ByteBuffer> late = Probe.idle();
        file.withDeadline(Duration.ofMillis(20)).read(10).subscribe(late);
        late.request(1).awaitError(TimeoutException.class);
        Probe<ByteBuffer> cancelled = Probe.idle();
        file.read(10).subscribe(cancelled);
        cancelled.request(1);
        ring.awaitInFlight(1);
        cancelled.dispose();
        ring.awaitIdle();
        cancelled.assertSilent();
        file.close().block(LONG);
    }

    private UringFile open() {
        return ring.get().files().open(fifo).block(LONG);
    }

    private void givesWhatTheFirstWriterBrings(Probe<ByteBuffer> reading) throws IOException {
        ring.awaitInFlight(1);
        reading.assertSilent();
        try (FileChannel writer = FileChannel.open(fifo, StandardOpenOption.WRITE)) {
            reading.assertSilent();
            writer.write(StandardCharsets.UTF_8.encode("first"));
            assertThat(reading.awaitValues(1).values()).containsExactly(StandardCharsets.UTF_8.encode("first"));
        }
        reading.awaitEnd();
    }

    @Test
    void hasNoPositions() throws Exception {
        Probe<ByteBuffer> probe = Probe.idle();
        // With a writer: on a machine with a slow filesystem, the opening is a worker's and waits for one.
        try (RandomAccessFile both = new RandomAccessFile(fifo.toFile(), "rw")) {
            ring.get().files().read(fifo, ReadOptions.defaults().from(1)).subscribe(probe);

            assertThat(probe.request(1).awaitError(FileSystemException.class))
                    .hasMessageContaining(fifo.toString()).hasMessageContaining("position");
        }
    }
}
