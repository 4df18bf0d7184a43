package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.buffers.TrackedBuffers;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** Holds that what reads at several positions have brought, and nobody took, is freed once. */
@NeedsUring
class ReadEachTest {

    private static final int CHUNK = 16;
    private static final int READS = 4;

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    private final TrackedBuffers buffers = new TrackedBuffers();

    private Probe<TrackedBuffers.Buffer> read(Flux<Long> positions) throws IOException {
        Path path = Files.write(directory.resolve("file"), new byte[READS * CHUNK]);
        Probe<TrackedBuffers.Buffer> probe = Probe.idle();
        Flux.usingWhen(ring.get().files().open(path),
                file -> file.readEach(positions, CHUNK, READS, buffers), UringFile::close).subscribe(probe);
        return probe;
    }

    private static Flux<Long> positions() {
        return Flux.range(0, READS).map(i -> (long) i * CHUNK);
    }

    /** Waits until all reads are over, and all but one wait for demand. */
    private void awaitRead() {
        Await.until("all were read", () -> buffers.leasesInAll() == READS && buffers.leased() == 0);
    }

    @Test
    void whatWasReadAheadIsFreedWhenItIsLeft() throws IOException {
        Probe<TrackedBuffers.Buffer> probe = read(positions()).request(1).awaitValues(1);
        awaitRead();
        probe.dispose();
        probe.values().forEach(TrackedBuffers.Buffer::release);
        buffers.awaitNothingLeft();
        buffers.close();
    }

    @Test
    void whatWasReadAheadIsFreedWhenThePositionsFail() throws IOException {
        Sinks.Many<Long> more = Sinks.many().unicast().onBackpressureBuffer();
        Probe<TrackedBuffers.Buffer> probe = read(positions().concatWith(more.asFlux())).request(1).awaitValues(1);
        awaitRead();
        more.tryEmitError(new IllegalStateException("no more positions"));
        probe.awaitEnd();
        assertThat(probe.error()).hasMessage("no more positions");
        probe.values().forEach(TrackedBuffers.Buffer::release);
        buffers.awaitNothingLeft();
        buffers.close();
    }
}
