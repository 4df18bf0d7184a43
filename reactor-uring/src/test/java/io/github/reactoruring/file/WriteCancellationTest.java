package io.github.reactoruring.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.file.WriteOptions.Creation;
import io.github.reactoruring.file.WriteOptions.Partial;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.buffers.TrackedReader;
import io.github.reactoruring.testing.buffers.WriteSource;
import io.github.reactoruring.testing.kernel.Fifo;
import io.github.reactoruring.testing.kernel.NeedsUring;

@NeedsUring
class WriteCancellationTest {

    private static final WriteOptions FOUR_AT_A_TIME = WriteOptions.defaults().withMaxInFlight(4);

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    private final TrackedReader reader = new TrackedReader();
    private final WriteSource source = new WriteSource();

    @Test
    void requestsWhatMayBeInFlightThenOneForEachBufferWritten() {
        Probe<Long> probe = write(directory.resolve("file"), FOUR_AT_A_TIME);
        source.awaitRequested(4);

        for (int sent = 1; sent <= 20; sent++) {
            source.emit(reader.buffer(new byte[1000]));
            source.awaitRequested(4 + sent);
        }
        source.complete();

        assertThat(probe.awaitEnd().values()).containsExactly(20_000L);
        assertThat(source.requested()).isEqualTo(24);
        reader.awaitNothingLeft();
    }

    @Test
    void requestsNothingWhileTheTargetTakesNothing() throws Exception {
        Path fifo = Fifo.make(directory.resolve("fifo"));
        Probe<Long> probe = write(fifo, FOUR_AT_A_TIME);
        try (InputStream pipe = Files.newInputStream(fifo)) {
            source.awaitRequested(4);
            emitMegabytes(4);
            ring.awaitInFlight(1);
            assertThat(source.requested()).isEqualTo(4);
            assertThat(reader.alive()).isEqualTo(4);

            source.complete();
            assertThat(pipe.readAllBytes()).hasSize(4 << 20);
        }
        assertThat(probe.awaitEnd().values()).containsExactly(4L << 20);
        reader.awaitNothingLeft();
    }

    @ParameterizedTest
    @EnumSource(Partial.class)
    void cancelsTheSourceOnTheCancellersThreadBeforeItReturns(Partial partial) {
        Path path = directory.resolve("file");
        Probe<Long> probe = write(path, FOUR_AT_A_TIME.withPartial(partial));
        source.awaitRequested(4);
        source.emit(reader.buffer((byte) 1, (byte) 2));
        source.awaitRequested(5);

        probe.dispose();

        assertThat(source.cancelledBy()).isSameAs(Thread.currentThread());
        ring.awaitIdle();
        if (partial == Partial.KEEP) {
            assertThat(path).hasBinaryContent(new byte[]{1, 2});
        } else {
            Await.until("the file deleted", () -> !Files.exists(path));
        }
        reader.awaitNothingLeft();
        probe.assertSilent();
    }

    @Test
    void anErrorOfTheSourceThatCrossesTheCancelIsNotDroppedOnAnybody() {
        Probe<Long> probe = write(directory.resolve("file"), FOUR_AT_A_TIME);
        source.awaitRequested(4);

        probe.dispose();
        source.fail(new IOException("Connection reset by peer"));

        assertThat(ring.takeDroppedErrors()).isEmpty();
        probe.assertSilent();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void deletesNothingThatItDidNotMake(boolean throughALink) throws Exception {
        Path path = directory.resolve("file");
        if (throughALink) {
            Files.createSymbolicLink(path, directory.resolve("target"));
        }
        Probe<Long> probe = write(path, FOUR_AT_A_TIME.withPartial(Partial.DELETE));
        source.awaitRequested(4);
        source.emit(reader.buffer((byte) 1, (byte) 2));
        source.awaitRequested(5);
        if (!throughALink) {
            Path other = Files.writeString(directory.resolve("other"), "somebody else's");
            Files.move(other, path, StandardCopyOption.REPLACE_EXISTING);
        }

        probe.dispose();
        ring.get().disposeLater().block();

        assertThat(Files.isSymbolicLink(path)).isEqualTo(throughALink);
        assertThat(path).hasBinaryContent(throughALink ? new byte[]{1, 2} : "somebody else's".getBytes(UTF_8));
        reader.awaitNothingLeft();
    }

    @Test
    void timeoutCancelsTheSource() {
        Path path = directory.resolve("file");
        WriteOptions options = WriteOptions.defaults().withPartial(Partial.DELETE);

        assertThatThrownBy(
                () -> ring.get().files().write(path, source, options, reader).timeout(Duration.ofMillis(50)).block())
                .hasCauseInstanceOf(TimeoutException.class);

        Await.until("the source cancelled", () -> source.cancelledBy() != null);
        Await.until("the file deleted", () -> !Files.exists(path));
    }

    @Test
    void keepsBuffersTheKernelHasUntilItIsDoneAndReleasesTheOthers() throws Exception {
        Path fifo = Fifo.make(directory.resolve("fifo"));
        Probe<Long> probe = write(fifo, FOUR_AT_A_TIME);
        try (InputStream pipe = Files.newInputStream(fifo)) {
            source.awaitRequested(4);
            emitMegabytes(4);
            ring.awaitInFlight(1);

            probe.dispose();
            reader.awaitNothingLeft();
            ring.awaitIdle();

            long written = pipe.transferTo(java.io.OutputStream.nullOutputStream());
            assertThat(written).as("what the pipe had room for").isBetween(1L, 4L << 20);
        }
        assertThat(Files.exists(fifo)).isTrue();
        probe.assertSilent();
    }

    @Test
    void cancelBeforeTheFileIsOpenSubscribesToNothing() throws Exception {
        // Opening a FIFO for writing waits for a reader.
        Path fifo = Fifo.make(directory.resolve("fifo"));
        Probe<Long> probe = write(fifo, WriteOptions.defaults().withPartial(Partial.DELETE));
        ring.awaitInFlight(1);

        probe.dispose();
        ring.awaitIdle();

        assertThat(source.isSubscribed()).isFalse();
        assertThat(fifo).as("only regular files are deleted").exists();
        probe.assertSilent();
    }

    @Test
    void closingTheRingEndsTheWriteAndDeletesTheFile() throws IOException {
        Path path = directory.resolve("file");
        Probe<Long> probe = write(path, WriteOptions.defaults().withCreation(Creation.NEW).withPartial(Partial.DELETE));
        source.awaitRequested(16);
        source.emit(reader.buffer(new byte[100]));
        source.awaitRequested(17);

        ring.get().disposeLater().block();
        source.emit(reader.buffer(new byte[100]));

        probe.awaitEnd();
        assertThat(probe.error()).hasMessageContaining("closed");
        assertThat(source.cancelledBy()).isNotNull();
        reader.awaitNothingLeft();
        assertThat(path).doesNotExist();
    }

    private void emitMegabytes(int count) {
        for (int i = 0; i < count; i++) {
            source.emit(reader.buffer(new byte[1 << 20]));
        }
    }

    private Probe<Long> write(Path path, WriteOptions options) {
        Probe<Long> probe = Probe.idle();
        ring.get().files().write(path, source, options, reader).subscribe(probe);
        return probe.request(1);
    }
}
