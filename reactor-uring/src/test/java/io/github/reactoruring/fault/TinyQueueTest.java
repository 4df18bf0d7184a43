package io.github.reactoruring.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.kernel.RawPipe;
import reactor.core.publisher.Flux;

/** A completion queue of two entries: what does not fit comes later, and nothing is lost. */
@NeedsUring
@Tag("fault")
class TinyQueueTest {

    private static final int POLLIN = 1;

    @RegisterExtension
    final TestUring ring = TestUring.with(builder -> builder.submissionEntries(1).completionEntries(2));

    /** One wake-up of a multishot read brings eight completions at once. */
    @Test
    void aStreamThatPostsMoreThanFitsLosesNoByte() {
        byte[] sent = new byte[60_000];
        new Random(1).nextBytes(sent);
        for (int round = 0; round < 10; round++) {
            UringPipe pipe = ring.get().files().pipe().block();
            pipe.sink().write(ByteBuffer.wrap(sent)).block();
            Probe<ByteBuffer> probe = Probe.idle();
            pipe.source().stream().subscribe(probe);
            probe.request(Long.MAX_VALUE);
            Await.until("all read", () -> probe.values().stream().mapToInt(ByteBuffer::remaining).sum() >= sent.length
                    || probe.isTerminated());
            pipe.sink().close().block();

            probe.awaitEnd().assertRules();
            assertThat(probe.error()).isNull();
            ByteArrayOutputStream found = new ByteArrayOutputStream();
            probe.values().forEach(buffer -> found.write(buffer.array(), buffer.position(), buffer.remaining()));
            assertThat(found.toByteArray()).isEqualTo(sent);
            pipe.source().close().block();
        }
        if (KernelUnderTest.has(Opcode.READ_MULTISHOT)) {
            assertThat(ring.get().stats().overflows()).isPositive();
        }
    }

    @Test
    void manyWhoWaitTheirTurnAreAllServed() {
        Flux<Long> nops = Flux.range(0, 2_000).flatMap(i -> ring.get().raw().nop().thenReturn(1L), 500);
        Flux<Long> timers = Flux.range(0, 100).flatMap(i -> ring.get().timers().after(Duration.ofMillis(1)), 100);
        Probe<Long> probe = Probe.idle();
        Flux.merge(nops, timers).subscribe(probe);
        probe.request(Long.MAX_VALUE);

        assertThat(probe.awaitEnd().error()).isNull();
        assertThat(probe.values()).hasSize(2_100);
    }

    @Test
    void aBatchOfDisposalsReachesAllThatWaitAndAllInFlight() {
        try (RawPipe pipe = new RawPipe()) {
            List<Probe<?>> waiting = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                Probe<Integer> probe = Probe.idle();
                ring.get().raw().pollMultishot(pipe.source(), POLLIN).subscribe(probe);
                waiting.add(probe.request(1));
            }
            ring.get().batch(() -> waiting.forEach(Probe::dispose));
            ring.awaitIdle();
            waiting.forEach(Probe::assertSilent);
        }
    }
}
