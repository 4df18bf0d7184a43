package io.github.reactoruring.cancellation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.buffers.TrackedBuffers;
import io.github.reactoruring.testing.buffers.TrackedBuffers.Buffer;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/**
 * Puts buffers through operators that hold some back, with a discard hook placed last, where all of them see it.
 *
 * <p>publishOn (reactor-core 4396) and timeout (4395) lose a value that arrives at the very moment of their cancel. That
 * is theirs to mend; here they are cancelled while the source is quiet, and must then lose nothing.
 */
@NeedsUring
class LeakyOperatorsTest {

    private static final int CHUNK = 128;
    private static final int CHUNKS = 200;

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    private final TrackedBuffers buffers = new TrackedBuffers();
    private Path file;

    @BeforeEach
    void makeFile(@TempDir Path directory) throws IOException {
        file = Files.write(directory.resolve("file"), new byte[CHUNK * CHUNKS]);
    }

    @AfterEach
    void nothingIsLeft() {
        buffers.awaitNothingLeft();
        buffers.close();
    }

    private Flux<Buffer> read() {
        return ring.get().files().read(file,
                ReadOptions.defaults().withChunkBytes(CHUNK).withReadAheadBytes(16 * CHUNK), buffers);
    }

    /** Takes five buffers, waits until the operator holds {@code heldBack} more, and disposes. */
    private void cancelWhileHolding(int heldBack, UnaryOperator<Flux<Buffer>> operator) {
        Probe<Buffer> probe = Probe.doing(Buffer::release);
        operator.apply(read()).doOnDiscard(Buffer.class, Buffer::release).subscribe(probe);
        probe.request(5).awaitValues(5);
        Await.until(Duration.ofSeconds(10), () -> heldBack + " buffers held back, not " + buffers.unreleased(),
                () -> buffers.unreleased() == heldBack);
        ring.awaitIdle();

        probe.dispose();

        probe.assertRules();
    }

    @Test
    void publishOnReleasesWhatItPrefetched() {
        // 32 were requested in advance, and 24 more once three quarters were taken: five are not that many.
        cancelWhileHolding(32 - 5, flux -> flux.publishOn(Schedulers.parallel(), 32));
    }

    @Test
    void limitRateReleasesWhatItPrefetched() {
        cancelWhileHolding(32 - 5, flux -> flux.limitRate(32));
    }

    @Test
    void onBackpressureBufferReleasesWhatItBuffered() {
        cancelWhileHolding(CHUNKS - 5, Flux::onBackpressureBuffer);
    }

    @Test
    void bufferReleasesAListThatIsNotFull() {
        Probe<List<Buffer>> probe = Probe.idle();
        UringPipe pipe = ring.get().files().pipe().block();
        Flux<Buffer> endless = read().concatWith(pipe.source().read(CHUNK, buffers));
        endless.buffer(CHUNKS + 10).doOnDiscard(Buffer.class, Buffer::release).subscribe(probe);
        probe.request(1);
        Await.until("all of the file in the list", () -> buffers.unreleased() == CHUNKS);
        ring.awaitInFlight(1);

        probe.dispose();

        probe.assertSilent();
    }

    @Test
    void filterReleasesWhatItRefuses() {
        assertThat(read().filter(buffer -> false).doOnDiscard(Buffer.class, Buffer::release).count().block()).isZero();
    }

    @Test
    void skipReleasesWhatItSkips() {
        Flux<Buffer> rest = read().skip(CHUNKS - 3).doOnDiscard(Buffer.class, Buffer::release);

        assertThat(rest.doOnNext(Buffer::release).count().block()).isEqualTo(3);
    }

    @Test
    void timeoutOfAQuietReadReleasesItsBuffer() {
        UringPipe pipe = ring.get().files().pipe().block();
        Mono<Buffer> read = pipe.source().read(CHUNK, buffers).timeout(Duration.ofMillis(50))
                .doOnDiscard(Buffer.class, Buffer::release);

        StepVerifier.create(read).expectError(TimeoutException.class).verify(Duration.ofSeconds(10));
        ring.awaitIdle();

        assertThat(buffers.leasesInAll()).isEqualTo(1);
    }

    /**
     * Fails when all that was requested in advance has come: of a buffer that comes at the very moment of the failure
     * publishOn discards it twice (reactor-core 3.8.6: onNext discards what it has just put into the queue, which the
     * failing side empties).
     */
    @Test
    void publishOnReleasesWhatItHoldsWhenAnOperatorBehindItFails() {
        Sinks.Empty<Buffer> failure = Sinks.empty();
        Flux<Buffer> failing = read().publishOn(Schedulers.parallel(), 8).concatMap(buffer -> {
            buffer.release();
            return failure.asMono();
        }, 1).doOnDiscard(Buffer.class, Buffer::release);

        StepVerifier.create(failing).then(() -> {
            Await.until("all but the first held back", () -> buffers.unreleased() == 8 - 1);
            ring.awaitIdle();
            failure.tryEmitError(new IllegalStateException("in an operator"));
        }).expectErrorMessage("in an operator").verify(Duration.ofSeconds(10));
    }

    @Test
    void takeReleasesWhatWasReadAhead() {
        Random random = new Random(9);
        for (int i = 0; i < 200; i++) {
            int count = 1 + random.nextInt(50);
            assertThat(read().take(count).doOnNext(Buffer::release).count().block()).isEqualTo(count);
        }
    }

    @Test
    void flatMapOfManyFilesReleasesWhatIsUnderWayWhenOneFails() {
        Flux<Buffer> many = Flux.range(0, 50).flatMap(i -> i == 30
                ? ring.get().files().read(Path.of("/none/such"), ReadOptions.defaults(), buffers)
                : read(), 50, 4).doOnDiscard(Buffer.class, Buffer::release);

        StepVerifier.create(many.doOnNext(Buffer::release)).thenConsumeWhile(buffer -> true)
                .expectErrorSatisfies(error -> assertThat(error).hasMessage("/none/such"))
                .verify(Duration.ofSeconds(10));
    }
}
