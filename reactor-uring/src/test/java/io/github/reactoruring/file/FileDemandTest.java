package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.buffers.TrackedBuffers;
import io.github.reactoruring.testing.buffers.TrackedBuffers.Buffer;
import io.github.reactoruring.testing.kernel.NeedsUring;

/** Holds the reading of files to what was requested, and every buffer to exactly one end. */
@NeedsUring
class FileDemandTest {

    private static final int CHUNK = 512;
    private static final int CHUNKS = 40;

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    private final TrackedBuffers buffers = new TrackedBuffers();

    @AfterEach
    void nothingIsLeft() {
        buffers.awaitNothingLeft();
        buffers.close();
    }

    private Path random(int size) throws IOException {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        return Files.write(directory.resolve("file"), content);
    }

    private void subscribe(Path file, int readAheadBytes, Probe<Buffer> probe) {
        ring.get().files().read(file,
                ReadOptions.defaults().withChunkBytes(CHUNK).withReadAheadBytes(readAheadBytes), buffers)
                .subscribe(probe);
    }

    @Test
    void readsNoMoreThanWasRequested() throws IOException {
        Path file = random(CHUNKS * CHUNK);
        Probe<Buffer> probe = Probe.doing(Buffer::release);
        subscribe(file, CHUNKS * CHUNK, probe);

        for (int requested : new int[]{1, 3, 4, 10}) {
            probe.request(requested - probe.values().size()).awaitValues(requested);
            ring.awaitIdle();
            assertThat(buffers.leasesInAll()).isEqualTo(requested);
        }
        probe.dispose();
        assertThat(probe.assertRules().isTerminated()).isFalse();
    }

    @Test
    void readsNoFurtherAheadThanItMayWhateverIsRequested() throws IOException {
        Path file = random(CHUNKS * CHUNK);
        AtomicInteger most = new AtomicInteger();
        Probe<Buffer> probe = Probe.doing(buffer -> {
            most.accumulateAndGet(buffers.leased(), Math::max);
            buffer.release();
        });
        subscribe(file, 3 * CHUNK, probe);

        probe.request(Long.MAX_VALUE).awaitEnd().assertRules();

        assertThat(probe.values()).hasSize(CHUNKS);
        assertThat(most.get()).isBetween(1, 3);
    }

    @Test
    void readsOneChunkAtATimeWithoutReadAhead() throws IOException {
        Path file = random(CHUNKS * CHUNK);
        Probe<Buffer> probe = Probe.doing(buffer -> {
            assertThat(buffers.leased()).isZero();
            buffer.release();
        });
        subscribe(file, 0, probe);

        assertThat(probe.request(Long.MAX_VALUE).awaitEnd().values()).hasSize(CHUNKS);
        assertThat(probe.error()).isNull();
    }

    @Test
    void emitsNothingOnceItWasDisposedOfByItsOwnSubscriber() throws IOException {
        Path file = random(CHUNKS * CHUNK);
        Probe<?>[] self = new Probe<?>[1];
        Probe<Buffer> probe = Probe.doing(buffer -> {
            buffer.release();
            if (self[0].values().size() == 7) {
                self[0].dispose();
            }
        });
        self[0] = probe;
        subscribe(file, CHUNKS * CHUNK, probe);

        probe.request(Long.MAX_VALUE);
        Await.until("7 values", () -> probe.values().size() == 7);
        ring.awaitIdle();

        assertThat(probe.assertRules().values()).hasSize(7);
        assertThat(probe.isTerminated()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void gathersTheFileWithAnyPatternOfRequests(long seed) throws IOException {
        Random random = new Random(seed);
        Path file = random(CHUNKS * CHUNK + (int) seed);
        for (int round = 0; round < 25; round++) {
            ByteArrayOutputStream gathered = new ByteArrayOutputStream();
            Probe<Buffer> probe = Probe.doing(buffer -> {
                gathered.writeBytes(buffer.content());
                buffer.release();
            });
            subscribe(file, random.nextInt(10) * CHUNK, probe);
            while (!probe.isTerminated()) {
                probe.request(1 + random.nextInt(5));
                if (random.nextBoolean()) {
                    Thread.onSpinWait();
                }
            }
            assertThat(probe.assertRules().error()).isNull();
            assertThat(gathered.toByteArray()).isEqualTo(Files.readAllBytes(file));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 6, 7, 8})
    void leavesNothingBehindHoweverItIsCancelled(long seed) throws IOException {
        Random random = new Random(seed);
        byte[] content = Files.readAllBytes(random(CHUNKS * CHUNK));
        for (int round = 0; round < 250; round++) {
            ByteArrayOutputStream gathered = new ByteArrayOutputStream();
            Probe<Buffer> probe = Probe.doing(buffer -> {
                gathered.writeBytes(buffer.content());
                buffer.release();
            });
            subscribe(directory.resolve("file"), random.nextInt(20) * CHUNK, probe);
            int steps = random.nextInt(4);
            for (int i = 0; i < steps; i++) {
                probe.request(1 + random.nextInt(30));
                for (int spin = random.nextInt(2_000); spin > 0; spin--) {
                    Thread.onSpinWait();
                }
            }
            probe.dispose();
            probe.assertRules();
            if (round % 50 == 49) {
                // Whatever was emitted is the file's beginning.
                ring.awaitIdle();
                assertThat(gathered.toByteArray()).isEqualTo(Arrays.copyOf(content, gathered.size()));
            }
        }
    }

    @Test
    void releasesWhatIsInFlightWhenTheRingCloses() throws IOException {
        Path file = random(CHUNKS * CHUNK);
        Probe<Buffer> probe = Probe.doing(Buffer::release);
        subscribe(file, CHUNKS * CHUNK, probe);
        probe.request(2);
        Probe<Buffer> other = Probe.doing(Buffer::release);
        subscribe(file, CHUNKS * CHUNK, other);
        other.request(Long.MAX_VALUE);

        ring.get().disposeLater().block();

        probe.request(1).awaitEnd().assertRules();
        other.awaitEnd().assertRules();
    }
}
