package io.github.reactoruring.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.Uring;
import io.github.reactoruring.internal.loop.RingFailure;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.util.retry.Retry;

/** Runs what the guide's chapter on running shows. */
@NeedsUring
class RunningItTest {

    private final List<String> log = new ArrayList<>();

    @Test
    void asksBeforeItIsUsed(@TempDir Path directory) throws Exception {
        Path file = Files.write(directory.resolve("file"), new byte[100_000]);

        // snippet: availability
        Throwable cause = Uring.unavailabilityCause();
        if (cause != null) {
            warn("Reading files the blocking way: " + cause.getMessage());
        }
        Flux<ByteBuffer> content = cause == null
                ? Uring.shared().files().read(file)
                : blockingRead(file).subscribeOn(Schedulers.boundedElastic());
        // end of snippet

        assertThat(log).isEmpty();
        assertThat(Uring.isAvailable()).isTrue();
        assertThat(bytesOf(content)).isEqualTo(100_000);
        assertThat(bytesOf(blockingRead(file))).isEqualTo(100_000);
    }

    @Test
    void closesInOrder() {
        Uring uring = Uring.builder("web").build();

        // snippet: shutdown
        Mono<Void> closed = uring.disposeLater(Duration.ofSeconds(5));
        // end of snippet

        StepVerifier.create(closed).verifyComplete();
        StepVerifier.create(uring.raw().nop()).verifyError(RejectedExecutionException.class);
    }

    @Test
    void aRingThatFailedIsReplaced() {
        Uring broken = Uring.builder("broken").build();
        RingFailure.failOnce(broken);

        StepVerifier.create(patiently(broken.raw().nop())).verifyComplete();
        assertThat(broken.stats().ringFailures()).isEqualTo(1);
        broken.disposeLater().block();
    }

    // snippet: failed-ring
    <T> Mono<T> patiently(Mono<T> source) {
        return source.retryWhen(Retry.backoff(5, Duration.ofMillis(100))
                .filter(RejectedExecutionException.class::isInstance));
    }
    // end of snippet

    @Test
    void isBuiltAsLargeAsItNeedsToBe() {
        // snippet: builder
        Uring uring = Uring.builder("web")
                .rings(2)
                .submissionEntries(256)
                .completionEntries(4096)
                .build();
        // end of snippet

        assertThat(uring.stats().inFlight()).isZero();
        uring.disposeLater().block();
    }

    private void warn(String message) {
        log.add(message);
    }

    private static Flux<ByteBuffer> blockingRead(Path file) {
        return Mono.fromCallable(() -> ByteBuffer.wrap(Files.readAllBytes(file))).flux();
    }

    private static long bytesOf(Flux<ByteBuffer> content) {
        return content.map(ByteBuffer::remaining).reduce(0, Integer::sum).block();
    }
}
