package io.github.reactoruring.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.github.reactoruring.UringException;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.KernelTrace;
import io.github.reactoruring.testing.kernel.NeedsTrace;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.kernel.RawPipe;

@NeedsUring
class PollTest {

    private static final int POLLIN = 1;
    private static final int POLLOUT = 4;
    private static final int POLLHUP = 16;
    /** What a multishot source buffers beyond the demand. */
    private static final int BUFFERED = 256;

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    private final RawPipe pipe = new RawPipe();

    @AfterEach
    void closePipe() {
        pipe.close();
    }

    private Probe<Integer> pollMultishot() {
        Probe<Integer> probe = Probe.idle();
        ring.get().raw().pollMultishot(pipe.source(), POLLIN).subscribe(probe);
        return probe;
    }

    @Test
    void tellsWhatIsReadyAlready() {
        assertThat(ring.get().raw().poll(pipe.sink(), POLLOUT).block()).isEqualTo(POLLOUT);
    }

    @Test
    void tellsWhenItBecomesReady() {
        Probe<Integer> probe = Probe.idle();
        ring.get().raw().poll(pipe.source(), POLLIN).subscribe(probe);
        probe.request(1);
        ring.awaitInFlight(1);
        probe.assertSilent();

        pipe.write(1);

        assertThat(probe.awaitEnd().values()).containsExactly(POLLIN);
        assertThat(pipe.read()).as("still there").isEqualTo(1);
    }

    @Test
    void tellsOfTheOtherEndsClose() {
        pipe.closeSink();

        assertThat(ring.get().raw().poll(pipe.source(), POLLIN).block()).isEqualTo(POLLHUP);
    }

    @Test
    void multishotTellsEachTimeItBecomesReady() {
        Probe<Integer> probe = pollMultishot().request(Long.MAX_VALUE);
        ring.awaitInFlight(1);

        for (int round = 1; round <= 5; round++) {
            pipe.write(round);
            probe.awaitValues(round);
            assertThat(pipe.read()).isEqualTo(round);
        }
        probe.dispose();
        ring.awaitIdle();

        assertThat(probe.assertRules().values()).containsOnly(POLLIN).hasSize(5);
        assertThat(ring.get().stats().submitted()).as("armed once").isEqualTo(1);
    }

    @Test
    @NeedsTrace
    void multishotGoesOnAfterItWasSlowedDownByWantOfDemand() {
        try (KernelTrace trace = KernelTrace.start()) {
            Probe<Integer> probe = pollMultishot().request(1);
            ring.awaitInFlight(1);
            // Each write is a wake-up: the 257th to wait finds the buffer full.
            int written = 0;
            while (ring.get().stats().inFlight() == 1) {
                pipe.write(written++ & 0x7F);
            }
            assertThat(written).isGreaterThan(BUFFERED);
            probe.awaitValues(1).assertRules();

            probe.request(written);
            ring.awaitInFlight(1);
            probe.request(Long.MAX_VALUE);
            int before = probe.values().size();
            pipe.write(1);
            Await.until("one more", () -> probe.values().size() > before);
            probe.dispose();
            ring.awaitIdle();

            assertThat(probe.assertRules().isTerminated()).isFalse();
            assertThat(trace.stop().submitted("POLL_ADD")).as("armed once more").isEqualTo(2);
        }
    }

    @Test
    void aClosedDescriptorIsBad() {
        Probe<Integer> probe = Probe.idle();
        ring.get().raw().poll(1_000_000, POLLIN).subscribe(probe);
        UringException error = probe.request(1).awaitError(UringException.class);
        assertThat(error).hasMessage("POLL_ADD failed with EBADF: bad file descriptor");

        Probe<Integer> multishot = Probe.idle();
        ring.get().raw().pollMultishot(1_000_000, POLLIN).subscribe(multishot);
        assertThat(multishot.request(1).awaitError(UringException.class).errnoName()).isEqualTo("EBADF");
    }

    @Test
    void aDescriptorThatCannotBeIsRefusedAtAssembly() {
        Raw raw = ring.get().raw();
        assertThatThrownBy(() -> raw.poll(-1, POLLIN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> raw.pollMultishot(-1, POLLIN)).isInstanceOf(IllegalArgumentException.class);
    }
}
