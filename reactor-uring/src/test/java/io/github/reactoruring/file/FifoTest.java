package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.Fifo;
import io.github.reactoruring.testing.kernel.NeedsUring;

@NeedsUring
class FifoTest {

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

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
