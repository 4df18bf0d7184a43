package io.github.reactoruring.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.Uring;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Runs what the guide's chapter on threads shows. */
@NeedsUring
class ThreadsTest {

    @RegisterExtension
    final TestUring testUring = TestUring.withDefaults();

    @TempDir
    private Path directory;

    private final Set<String> threads = ConcurrentHashMap.newKeySet();

    @Test
    void signalsOnTheRingsThread() throws Exception {
        Uring uring = testUring.get();
        Path file = Files.write(directory.resolve("file"), new byte[100_000]);

        uring.files().read(file).doOnNext(chunk -> threads.add(Thread.currentThread().getName())).blockLast();

        assertThat(threads).containsExactly("uring-test-1");
    }

    @Test
    void refusesToBlockThere() throws Exception {
        Uring uring = testUring.get();
        Path file = Files.write(directory.resolve("file"), new byte[10]);

        // snippet: never-block
        Flux<ByteBuffer> wrong = uring.files().read(file)
                .doOnNext(chunk -> store(chunk).block()); // IllegalStateException

        Flux<ByteBuffer> right = uring.files().read(file)
                .concatMap(chunk -> store(chunk).thenReturn(chunk));
        // end of snippet

        StepVerifier.create(wrong).verifyError(IllegalStateException.class);
        StepVerifier.create(right).expectNextCount(1).verifyComplete();
    }

    @Test
    void worksElsewhere() throws Exception {
        Uring uring = testUring.get();
        Path file = Files.write(directory.resolve("file"), new byte[300_000]);

        // snippet: publish-on
        Mono<Long> lines = uring.files().read(file)
                .publishOn(Schedulers.parallel(), 16)
                .map(this::countLines)
                .reduce(0L, Long::sum);
        // end of snippet

        StepVerifier.create(lines).expectNext(0L).verifyComplete();
        assertThat(threads).isNotEmpty().allSatisfy(name -> assertThat(name).startsWith("parallel-"));
    }

    @Test
    void handsBlockingCallsToThreadsThatMayBlock() throws Exception {
        Uring uring = testUring.get();
        Path file = Files.write(directory.resolve("file"), new byte[300_000]);

        // snippet: blocking-work
        Mono<Void> sent = uring.files().read(file)
                .publishOn(Schedulers.boundedElastic(), 16)
                .doOnNext(this::blockingSend)
                .then();
        // end of snippet

        StepVerifier.create(sent).verifyComplete();
        assertThat(threads).isNotEmpty().allSatisfy(name -> assertThat(name).startsWith("boundedElastic-"));
    }

    @Test
    void spreadsFilesOverRings() throws Exception {
        // snippet: two-rings
        Uring uring = Uring.builder("files").rings(2).build();
        // end of snippet
        try {
            Path file = Files.write(directory.resolve("file"), new byte[10]);
            for (int i = 0; i < 4; i++) {
                uring.files().read(file).doOnNext(chunk -> threads.add(Thread.currentThread().getName())).blockLast();
            }
            assertThat(threads).containsExactlyInAnyOrder("uring-files-1", "uring-files-2");
        } finally {
            uring.disposeLater().block();
        }
    }

    private Mono<Void> store(ByteBuffer chunk) {
        return Mono.fromRunnable(() -> assertThat(chunk.remaining()).isPositive())
                .subscribeOn(Schedulers.parallel()).then();
    }

    private long countLines(ByteBuffer chunk) {
        threads.add(Thread.currentThread().getName());
        long lines = 0;
        while (chunk.hasRemaining()) {
            lines += chunk.get() == '\n' ? 1 : 0;
        }
        return lines;
    }

    private void blockingSend(ByteBuffer chunk) {
        assertThat(chunk.remaining()).isPositive();
        assertThat(Schedulers.isInNonBlockingThread()).isFalse();
        threads.add(Thread.currentThread().getName());
    }
}
