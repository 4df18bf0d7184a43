package io.github.reactoruring.file.slow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.buffers.TrackedBuffers;
import io.github.reactoruring.testing.fuse.SlowFile;
import io.github.reactoruring.testing.fuse.SlowFile.Call;
import io.github.reactoruring.testing.process.Descriptors;

/** Holds that a second after a slow filesystem has answered, nothing is left of what was disposed of. */
class SlowBaselineTest extends OnASlowFilesystem {

    private static final int STREAMS = 20;

    @ParameterizedTest
    @EnumSource(value = Call.class, names = {"LOOKUP", "OPEN", "GETATTR", "READ"})
    void streamsLeaveNothingWhereverTheyWereHeld(Call call) {
        Map<String, Integer> before = Descriptors.open();
        List<SlowFile> files = new ArrayList<>();
        List<Probe<TrackedBuffers.Buffer>> streams = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            SlowFile file = slow.file("file-" + i, STRIDE_BYTES);
            file.gate(call).hold();
            files.add(file);
            Probe<TrackedBuffers.Buffer> stream = Probe.idle();
            ring.get().files().read(file.path(), ReadOptions.defaults().withChunkBytes(READ_BYTES), buffers)
                    .subscribe(stream);
            streams.add(stream.request(4));
        }
        files.forEach(file -> file.gate(call).awaitHeld(call == Call.READ ? 4 : 1));

        ring.get().batch(() -> streams.forEach(Probe::dispose));
        assertOthersAreServed();
        assertThat(ring.get().stats().inFlight()).isEqualTo(call == Call.READ ? 4 * STREAMS : STREAMS);

        files.forEach(file -> file.gate(call).open());
        Await.until(Duration.ofSeconds(1), () -> "the baseline, but " + ring.get().stats() + ", " + buffers.leased()
                + " buffers leased, descriptors " + Descriptors.open(),
                () -> ring.get().stats().inFlight() == 0
                        && buffers.leased() == 0 && Descriptors.areNoMoreThan(before));
        streams.forEach(Probe::assertSilent);
    }
}
