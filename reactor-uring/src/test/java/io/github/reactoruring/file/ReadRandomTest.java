package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.RandomRuns;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.buffers.TrackedBuffers;
import io.github.reactoruring.testing.buffers.TrackedBuffers.Buffer;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.Descriptors;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Reads with sizes, chunks, demand, slowness and the moment of the disposal all drawn at random: what comes is the file's
 * content, or its beginning, no buffer is left, and no descriptor.
 */
@NeedsUring
class ReadRandomTest {

    private static final int CHUNK = 4096;
    private static final int[] SIZES = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 7 * CHUNK, 50_001};
    private static final int AT_ONCE = 50;

    @RegisterExtension
    final TestUring ring = TestUring.with(builder -> builder.rings(2));

    @TempDir
    Path directory;

    private final Scheduler.Worker other = Schedulers.boundedElastic().createWorker();
    private final List<byte[]> contents = new ArrayList<>();

    @AfterEach
    void stop() {
        other.dispose();
    }

    @Test
    void bringsTheContentOrItsBeginningAndLeavesNothingHoweverItEnds() {
        RandomRuns runs = RandomRuns.of(12_000);
        runs.run(random -> {
            writeFiles(random);
            int[] endings = new int[2];
            Map<String, Integer> before = Descriptors.open();
            for (int batch = 0; batch < (runs.rounds() + AT_ONCE - 1) / AT_ONCE; batch++) {
                batch(random, endings, before);
            }
            assertThat(endings).as("completed, disposed of").doesNotContain(0);
        });
    }

    private void writeFiles(Random random) throws IOException {
        for (int size : SIZES) {
            byte[] content = new byte[size];
            random.nextBytes(content);
            Files.write(directory.resolve("file" + contents.size()), content);
            contents.add(content);
        }
    }

    private void batch(Random random, int[] endings, Map<String, Integer> before) {
        try (TrackedBuffers buffers = new TrackedBuffers()) {
            List<Run> runs = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                runs.add(start(random, buffers));
            }
            Await.until("an end", () -> runs.stream().allMatch(Run::hasEnded));
            buffers.awaitNothingLeft();
            Await.until("the files closed", () -> Descriptors.open().equals(before));
            for (Run run : runs) {
                run.check();
                endings[run.probe.isCompleted() ? 0 : 1]++;
            }
        }
    }

    private Run start(Random random, TrackedBuffers buffers) {
        int file = random.nextInt(SIZES.length);
        byte[] content = contents.get(file);
        boolean part = random.nextInt(4) == 0;
        int from = part ? random.nextInt(content.length + 2) : 0;
        long length = part ? random.nextInt(content.length + 2) : Long.MAX_VALUE;
        int[] chunks = {CHUNK, CHUNK, CHUNK, 64 * 1024, 1 + random.nextInt(2 * CHUNK)};
        // Chunks of a few bytes are for small files.
        int chunk = Math.max(content.length / 100 + 1, chunks[random.nextInt(chunks.length)]);
        ReadOptions options = ReadOptions.defaults().withChunkBytes(chunk)
                .withReadAheadBytes(random.nextInt(12) * chunk).from(from).limit(length);
        byte[] expected = Arrays.copyOfRange(content, Math.min(from, content.length),
                (int) Math.min(content.length, from + Math.min(length, content.length)));
        Run run = new Run(expected, new Random(random.nextLong()));
        ring.get().files().read(directory.resolve("file" + file), options, buffers).subscribe(run.probe);
        run.begin(random.nextInt(8));
        return run;
    }

    /** One subscriber: greedy, taking one at a time, or slow and asking from another thread. */
    private final class Run {

        private final byte[] expected;
        private final Random random;
        private final int manner;
        private final int disposeAfter;
        private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();
        private final Probe<Buffer> probe = Probe.doing(this::take);
        private int left;

        Run(byte[] expected, Random random) {
            this.expected = expected;
            this.random = random;
            manner = random.nextInt(3);
            disposeAfter = random.nextInt(3) == 0 ? random.nextInt(12) : Integer.MAX_VALUE;
        }

        void begin(int chance) {
            askForMore();
            if (chance == 0) {
                // While it is being opened, read or closed.
                int spin = random.nextInt(3_000);
                other.schedule(() -> {
                    spin(spin);
                    probe.dispose();
                });
            } else if (disposeAfter == 0) {
                probe.dispose();
            }
        }

        private void take(Buffer buffer) {
            gathered.writeBytes(buffer.content());
            buffer.release();
            if (probe.values().size() == disposeAfter) {
                probe.dispose();
            } else if (--left == 0) {
                if (manner == 2) {
                    int spin = random.nextInt(1_000);
                    other.schedule(() -> {
                        spin(spin);
                        askForMore();
                    });
                } else {
                    askForMore();
                }
            }
        }

        private void askForMore() {
            int n = manner == 0 ? Integer.MAX_VALUE : manner == 1 ? 1 : 1 + random.nextInt(10);
            left = n;
            probe.request(n);
        }

        private static void spin(int times) {
            for (int i = 0; i < times; i++) {
                Thread.onSpinWait();
            }
        }

        boolean hasEnded() {
            return probe.isTerminated() || probe.isDisposed();
        }

        void check() {
            probe.assertRules();
            assertThat(probe.error()).isNull();
            byte[] found = gathered.toByteArray();
            assertThat(found.length).isLessThanOrEqualTo(expected.length);
            assertThat(Arrays.mismatch(found, 0, found.length, expected, 0, found.length)).isEqualTo(-1);
            if (!probe.isDisposed()) {
                assertThat(found).as("completed and whole").hasSize(expected.length);
            }
        }
    }
}
