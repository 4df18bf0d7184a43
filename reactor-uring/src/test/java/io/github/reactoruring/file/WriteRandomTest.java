package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.file.WriteOptions.Partial;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.RandomRuns;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.buffers.ChunkSource;
import io.github.reactoruring.testing.buffers.TrackedReader;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.Descriptors;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Writes with chunks, concurrency and the moment of the cancel or the error all drawn at random: the file is then a
 * prefix, or whole, or gone, no buffer is left, and no descriptor.
 */
@NeedsUring
class WriteRandomTest {

    private static final int AT_ONCE = 20;

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    private final TrackedReader reader = new TrackedReader();
    private final Scheduler.Worker parallel = Schedulers.parallel().createWorker();
    private final byte[] content = new byte[200_000];

    @Test
    void leavesAPrefixOrNothingAndNoBufferHoweverItEnds() {
        RandomRuns runs = RandomRuns.of(2_000);
        runs.run(random -> writeAtRandom(random, runs.rounds()));
    }

    private void writeAtRandom(Random random, int rounds) throws IOException {
        random.nextBytes(content);
        int[] endings = new int[3];
        var before = Descriptors.open();

        for (int batch = 0; batch < (rounds + AT_ONCE - 1) / AT_ONCE; batch++) {
            List<Run> runs = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                runs.add(start(random, directory.resolve("file" + i)));
            }
            Await.until("an end", () -> runs.stream().allMatch(Run::hasEnded));
            reader.awaitNothingLeft();
            Await.until("the files closed", () -> Descriptors.open().equals(before));
            for (Run run : runs) {
                endings[check(run)]++;
            }
        }

        reader.awaitNothingLeft();
        ring.awaitIdle();
        Descriptors.awaitNoMoreThan(before);
        parallel.dispose();
        assertThat(endings).as("completed, failed, cancelled").doesNotContain(0);
        try (var left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    private record Run(Path path, Probe<Long> probe, Partial partial, int length) {

        boolean hasEnded() {
            return probe.isTerminated() || probe.isDisposed();
        }
    }

    private Run start(Random random, Path path) {
        int length = random.nextInt(content.length);
        int largest = 1 + random.nextInt(random.nextBoolean() ? 500 : 30_000);
        long failAfter = random.nextInt(3) == 0 ? random.nextInt(20) : Long.MAX_VALUE;
        int cancelAfter = random.nextInt(3) == 0 ? random.nextInt(20) : Integer.MAX_VALUE;
        Partial partial = Partial.values()[random.nextInt(2)];
        WriteOptions options = WriteOptions.defaults().withMaxInFlight(1 + random.nextInt(24)).withPartial(partial);
        Executor thread = random.nextBoolean() ? parallel::schedule : Runnable::run;
        ChunkSource source = new ChunkSource(reader, content, length, largest, failAfter,
                new Random(random.nextLong()), thread);

        Probe<Long> probe = Probe.idle();
        AtomicInteger seen = new AtomicInteger();
        Flux<TrackedReader.Buffer> cancelling = Flux.from(source).doOnNext(buffer -> {
            if (seen.getAndIncrement() == cancelAfter) {
                probe.dispose();
            }
        });
        ring.get().files().write(path, cancelling, options, reader).subscribe(probe);
        probe.request(1);
        if (random.nextInt(6) == 0) {
            probe.dispose();
        }
        return new Run(path, probe, partial, length);
    }

    /** Returns 0 for a write that completed, 1 for one that failed, 2 for one cancelled. */
    private int check(Run run) throws IOException {
        boolean whole = run.probe.isCompleted();
        if (!whole && run.partial == Partial.DELETE) {
            Await.until(run.path + " gone", () -> !Files.exists(run.path));
        } else if (Files.exists(run.path)) {
            byte[] written = Files.readAllBytes(run.path);
            assertThat(written.length).isLessThanOrEqualTo(run.length);
            assertThat(Arrays.mismatch(written, 0, written.length, content, 0, written.length)).isEqualTo(-1);
            assertThat(whole && written.length != run.length).as("completed and not whole").isFalse();
            Files.delete(run.path);
        }
        return whole ? 0 : run.probe.error() != null ? 1 : 2;
    }
}
