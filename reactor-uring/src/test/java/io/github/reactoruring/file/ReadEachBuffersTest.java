package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.buffers.TrackedBuffers;
import io.github.reactoruring.testing.buffers.TrackedBuffers.Buffer;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Flux;

/** What waits in its turn between a read and the subscriber is the source's, who frees it once. */
@NeedsUring
class ReadEachBuffersTest {

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    @Test
    void buffersThatWereNotAskedForAreReleasedByTheCancel() throws IOException {
        Probe<Buffer> probe = Probe.idle();
        cancelWithTwoWaiting(probe);
    }

    @Test
    void buffersThatWereNotAskedForAreNotTheDiscardHooksToReleaseOnceMore() throws IOException {
        AtomicInteger discarded = new AtomicInteger();
        Probe<Buffer> probe = Probe.discarding(value -> {
            discarded.incrementAndGet();
            ((Buffer) value).release();
        });
        cancelWithTwoWaiting(probe);
        assertThat(discarded).as("told to the hook as well").hasValue(0);
    }

    private void cancelWithTwoWaiting(Probe<Buffer> probe) throws IOException {
        Path path = Files.write(directory.resolve("file"), new byte[100]);
        UringFile file = ring.get().files().open(path).block();
        try (TrackedBuffers buffers = new TrackedBuffers()) {
            file.readEach(Flux.just(0L, 50L), 10, 2, buffers).subscribe(probe);
            Await.until("two buffers that wait", () -> buffers.unreleased() == 2 && buffers.leased() == 0);
            probe.dispose();
            buffers.awaitNothingLeft();
        }
        file.close().block();
        probe.assertSilent();
    }
}
