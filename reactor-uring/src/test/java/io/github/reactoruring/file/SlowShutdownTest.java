package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.github.reactoruring.Uring;
import io.github.reactoruring.testing.Descriptors;
import io.github.reactoruring.testing.NeedsFuse;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.SlowFile;
import io.github.reactoruring.testing.SlowFile.Call;
import io.github.reactoruring.testing.SlowFileSystem;
import io.github.reactoruring.testing.TrackedBuffers;

/** Closes rings whose requests a filesystem keeps waiting. Each test has a ring of its own: it ends badly. */
@NeedsFuse
class SlowShutdownTest {

    private static final Duration LONG = Duration.ofSeconds(10);

    /** The buffer stays leased for ever: TrackedBuffers would see it written to, or given back. */
    @Test
    void pastItsDeadlineTheShutdownSaysWhatItLeaksAndLeaksIt() throws IOException {
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
                    .hasMessageContaining("2 requests still in flight").hasMessageContaining("leaked");
            assertThat(first.awaitError(IllegalStateException.class)).hasMessageContaining("leaked");
            second.awaitError(IllegalStateException.class);
            assertThat(file.reads().held()).isEqualTo(2);

            file.gate(Call.FLUSH).open();
            file.reads().open();
        }
        Descriptors.awaitNoMoreThan(before);
        first.assertRules();
        second.assertRules();
        assertThat(first.values()).isEmpty();
        assertThat(buffers.leased()).isEqualTo(2);
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
}
