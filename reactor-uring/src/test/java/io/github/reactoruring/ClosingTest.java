package io.github.reactoruring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.buffers.TrackedBuffers;
import io.github.reactoruring.testing.kernel.KernelSight;
import io.github.reactoruring.testing.kernel.KernelTrace;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsTrace;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.ChildJvm;
import io.github.reactoruring.testing.process.ExitMain;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@NeedsUring
class ClosingTest {

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    private static <T> Probe<T> start(Flux<T> source) {
        Probe<T> probe = Probe.idle();
        source.subscribe(probe);
        return probe.request(1);
    }

    @Test
    @NeedsTrace
    void cancelsEverythingInFlightAtOnceAndLeavesNothingUnfinished(@TempDir Path directory) throws IOException {
        Path file = Files.write(directory.resolve("file"), new byte[1_000_000]);
        try (KernelTrace trace = KernelTrace.start()) {
            UringPipe pipe = ring.get().files().pipe().block();
            ring.awaitIdle();
            List<Probe<?>> pending = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                pending.add(start(pipe.source().read(1).flux()));
                pending.add(start(ring.get().timers().after(Duration.ofHours(1)).flux()));
                if (KernelUnderTest.isSince(6, 4)) {
                    pending.add(start(ring.get().timers().interval(Duration.ofHours(1))));
                } else {
                    // One that is refused its multishot timer is on its way to another.
                    pending.add(start(ring.get().timers().after(Duration.ofHours(1)).flux()));
                }
            }
            ring.awaitInFlight(300);
            Probe<ByteBuffer> reading = start(
                    ring.get().files().read(file, ReadOptions.defaults().withChunkBytes(512)));
            reading.request(Long.MAX_VALUE);

            ring.get().disposeLater().block();

            pending.forEach(probe -> assertThat(probe.assertRules().error()).isInstanceOf(IOException.class));
            reading.awaitEnd().assertRules();
            KernelSight sight = trace.stop();
            if (KernelUnderTest.has(RingFeature.SEND_MSG_RING)) {
                // Older kernels' loops are woken by a poll, which came before the trace and may end after it.
                assertThat(sight.unfinished()).isEmpty();
                assertThat(sight.doubled()).isZero();
            }
            if (KernelUnderTest.has(RingFeature.CANCEL_ALL_FD_ANY)) {
                assertThat(sight.cancels().keySet()).as("one, of any").anyMatch(said -> said.startsWith("found "));
            }
        }
    }

    @Test
    void failsWithAnErrorThatSaysWhy() {
        Probe<Long> pending = start(ring.get().timers().interval(Duration.ofHours(1)));
        // Without multishot timers a first one is refused, and another in its place.
        ring.get().raw().nop().block();
        ring.awaitInFlight(1);

        ring.get().disposeLater().block();

        assertThat(pending.awaitError(UringCancelledException.class)).hasMessageContaining("its ring was closed");
        assertThat(ring.get().isDisposed()).isTrue();
    }

    @Test
    void closesTheFilesNobodyClosed(@TempDir Path directory) throws IOException {
        for (int i = 0; i < 50; i++) {
            Path file = Files.createFile(directory.resolve("file" + i));
            UringFile opened = ring.get().files().open(file).block();
            assertThat(opened).hasToString("UringFile(" + file + ")");
        }
        // TestUring looks for descriptors that stayed open.
        ring.get().disposeLater().block();
    }

    @Test
    void everyCallerHearsOfTheOneClosing() {
        start(ring.get().timers().after(Duration.ofHours(1)).flux());
        ring.awaitInFlight(1);
        List<Mono<Void>> closings = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            closings.add(ring.get().disposeLater());
        }

        Mono.when(closings).block();
        ring.get().dispose();
        ring.get().dispose();

        assertThat(ring.get().isDisposed()).isTrue();
    }

    @Test
    void nothingHappensUntilTheClosingIsSubscribedTo() {
        Mono<Void> closing = ring.get().disposeLater();
        assertThat(ring.get().isDisposed()).isFalse();
        ring.get().raw().nop().block();

        closing.block();

        assertThat(ring.get().isDisposed()).isTrue();
    }

    @Test
    void canBeClosedFromItsOwnThread() {
        Probe<Void> closing = Probe.idle();
        ring.get().raw().nop().then(ring.get().disposeLater()).subscribe(closing);
        closing.request(1).awaitEnd();

        assertThat(closing.isCompleted()).isTrue();
    }

    @Test
    void itsThreadEnds() {
        Thread thread = ring.get().raw().poll(1, 4).map(events -> Thread.currentThread()).block();

        ring.get().disposeLater().block();

        Await.until("the thread's end", () -> !thread.isAlive());
    }

    @Test
    void whatIsSubscribedToMeanwhileEitherSucceedsOrFails() throws InterruptedException {
        for (int round = 0; round < 30; round++) {
            Uring uring = Uring.builder("closing").build();
            AtomicInteger ended = new AtomicInteger();
            AtomicInteger strange = new AtomicInteger();
            Thread user = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 500; i++) {
                    uring.raw().nop().subscribe(null, error -> {
                        ended.incrementAndGet();
                        if (!(error instanceof RejectedExecutionException)
                                && !(error instanceof UringCancelledException)) {
                            strange.incrementAndGet();
                        }
                    }, ended::incrementAndGet);
                }
            });
            uring.disposeLater().block();
            user.join();

            Await.until("an end for each", () -> ended.get() == 500);
            assertThat(strange).hasValue(0);
        }
    }

    @Test
    void releasesTheBuffersOfWhatItCancelled() {
        try (TrackedBuffers buffers = new TrackedBuffers()) {
            UringPipe pipe = ring.get().files().pipe().block();
            ring.awaitIdle();
            for (int i = 0; i < 100; i++) {
                start(pipe.source().read(100, buffers).flux());
            }
            ring.awaitInFlight(100);
            assertThat(buffers.leased()).isEqualTo(100);

            ring.get().disposeLater().block();

            assertThat(buffers.leased()).isZero();
        }
    }

    @Test
    void aProcessEndsWhileRequestsOfAllKindsAreInFlight() throws Exception {
        assertThat(new ChildJvm().run(ExitMain.class)).contains("in flight: 300");
    }
}
