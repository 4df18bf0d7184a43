package io.github.reactoruring.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.UringStats;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.buffers.TrackedBuffers;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.Descriptors;

@NeedsUring
class TailTest {

    /** So that only inotify tells. */
    private static final TailOptions TOLD = TailOptions.fromStart().withCheckEvery(Duration.ofHours(1));

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    private UringFiles files() {
        return ring.get().files();
    }

    private Probe<String> lines(Path path, TailOptions options) {
        Probe<String> probe = Probe.idle();
        files().tailLines(path, options).subscribe(probe);
        return probe.request(Long.MAX_VALUE);
    }

    /** Waits until all of these are submitted, and only the timer and the read of the watch are left. */
    private void awaitLooked(UringStats before, String... submitted) {
        int[] nops = new int[1];
        Await.until("the first look", () -> {
            UringStats now = ring.get().stats();
            boolean mayBe = now.submitted() - before.submitted() - nops[0] >= submitted.length
                    && now.inFlight() - before.inFlight() == 2;
            if (!mayBe) {
                return false;
            }
            // Between two requests of one look there are as many in flight: the next goes with this one.
            ring.get().raw().nop().block();
            nops[0]++;
            UringStats then = ring.get().stats();
            return then.submitted() == now.submitted() + 1 && then.inFlight() == now.inFlight();
        });
    }

    private static void append(Path path, String text) throws IOException {
        Files.writeString(path, text, CREATE, APPEND);
    }

    @Test
    void emitsWhatIsThereAndWhatIsAppended() throws IOException {
        Path path = directory.resolve("log");
        append(path, "one\ntwo\nthr");
        Probe<String> probe = lines(path, TOLD);
        probe.awaitValues(2);

        append(path, "ee\n");
        probe.awaitValues(3);
        append(path, "four\n");
        append(directory.resolve("other"), "noise\n");

        assertThat(probe.awaitValues(4).values()).containsExactly("one", "two", "three", "four");
        probe.dispose();
    }

    @Test
    void leavesOutWhatWasThereWhenItIsToStartAtTheEnd() throws IOException {
        Path path = directory.resolve("log");
        append(path, "old\n");
        TailOptions options = TailOptions.fromEnd().withCheckEvery(Duration.ofHours(1));
        UringStats before = ring.get().stats();
        Probe<String> probe = lines(path, options);
        awaitLooked(before, "TIMEOUT", "READ", "OPENAT", "STATX");

        append(path, "new\n");

        assertThat(probe.awaitValues(1).values()).containsExactly("new");
        probe.dispose();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void waitsForAFileThatIsNotThereYet(boolean fromEnd) throws IOException {
        Path path = directory.resolve("log");
        UringStats before = ring.get().stats();
        Probe<String> probe = lines(path, (fromEnd ? TailOptions.fromEnd() : TOLD).withCheckEvery(Duration.ofHours(1)));
        awaitLooked(before, "TIMEOUT", "READ", "OPENAT");

        append(path, "first\n");
        probe.awaitValues(1);
        append(path, "second\n");

        assertThat(probe.awaitValues(2).values()).containsExactly("first", "second");
        probe.dispose();
    }

    @Test
    void readsAFileThatBecameShorterFromItsStart() throws IOException {
        Path path = directory.resolve("log");
        append(path, "one\ntwo\nthree\n");
        Probe<String> probe = lines(path, TOLD);
        probe.awaitValues(3);

        Files.writeString(path, "four\n");

        assertThat(probe.awaitValues(4).values()).containsExactly("one", "two", "three", "four");
        probe.dispose();
    }

    @Test
    void readsTheOldFileToItsEndAndOnlyThenTheNewOne() throws IOException {
        Path path = directory.resolve("log");
        append(path, "one\n");
        Probe<String> probe = lines(path, TOLD);
        probe.awaitValues(1);

        try (FileChannel old = FileChannel.open(path, APPEND)) {
            Files.move(path, directory.resolve("log.1"));
            Files.createFile(path);
            // A daemon goes on with the file it has open until it is told to open it anew.
            old.write(ByteBuffer.wrap("two\n".getBytes(UTF_8)));
        }
        append(path, "three\n");
        probe.awaitValues(3);
        Await.until("the old file closed",
                () -> !Descriptors.open().containsKey(directory.resolve("log.1").toString()));
        append(path, "four\n");

        assertThat(probe.awaitValues(4).values()).containsExactly("one", "two", "three", "four");
        probe.dispose();
    }

    @Test
    void missesNoLineOfAFileThatIsRotatedAndTruncated() throws IOException {
        Path path = directory.resolve("log");
        Random random = new Random(7);
        Probe<String> probe = lines(path, TOLD.withChunkBytes(100));
        int number = 0;
        for (int round = 0; round < 60; round++) {
            for (int writes = 1 + random.nextInt(5); writes > 0; writes--) {
                int first = number;
                number += 1 + random.nextInt(50);
                append(path, IntStream.range(first, number).mapToObj(i -> i + "\n").collect(Collectors.joining()));
            }
            // Of two rotations between two looks the one in the middle would be missed.
            probe.awaitValues(number);
            switch (random.nextInt(4)) {
                case 0 -> Files.move(path, directory.resolve("log." + round));
                case 1 -> Files.delete(path);
                case 2 -> {
                    Path next = Files.writeString(directory.resolve("next"), number++ + "\n");
                    Files.move(next, path, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                }
                default -> {
                }
            }
        }

        List<String> expected = IntStream.range(0, number).mapToObj(Integer::toString).toList();
        assertThat(probe.awaitValues(number).values()).isEqualTo(expected);
        assertThat(Descriptors.open().keySet()).noneMatch(name -> name.contains("(deleted)"));
        probe.dispose();
    }

    @Test
    void looksByTheTimerWhereInotifyTellsNothing() throws IOException {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere")).resolve("log");
        append(elsewhere, "one\n");
        Path link = Files.createSymbolicLink(directory.resolve("link"), elsewhere);
        Probe<String> probe = lines(link, TailOptions.fromStart().withCheckEvery(Duration.ofMillis(20)));
        probe.awaitValues(1);

        append(elsewhere, "two\n");

        assertThat(probe.awaitValues(2).values()).containsExactly("one", "two");
        probe.dispose();
    }

    @Test
    void readsNoMoreThanIsAskedFor() throws Exception {
        Path path = directory.resolve("log");
        append(path, "0123456789".repeat(10));
        try (TrackedBuffers buffers = new TrackedBuffers()) {
            Probe<TrackedBuffers.Buffer> probe = Probe.idle();
            files().tail(path, TOLD.withChunkBytes(10), buffers).subscribe(probe);
            probe.request(3).awaitValues(3);
            append(path, "more");
            ring.get().raw().nop().block();
            assertThat(buffers.leasesInAll()).isEqualTo(3);

            probe.request(8).awaitValues(11);

            assertThat(probe.values()).hasSize(11);
            probe.dispose();
            probe.values().forEach(buffers::release);
            Await.until("no buffer left", () -> buffers.leased() == 0);
        }
    }

    @Test
    void disposalAtAnyMomentLeavesNoDescriptor() throws IOException {
        Path path = directory.resolve("log");
        append(path, "content\n".repeat(10_000));
        var before = Descriptors.open();
        for (int run = 0; run < 150; run++) {
            Probe<ByteBuffer> probe = Probe.idle();
            files().tail(path, TOLD.withChunkBytes(1_000), io.github.reactoruring.buffer.BufferFactory.heap())
                    .subscribe(probe);
            probe.request(Long.MAX_VALUE);
            for (int spin = 0; spin < run * run * 10; spin++) {
                Thread.onSpinWait();
            }
            probe.dispose();
            probe.assertRules();
        }
        Descriptors.awaitNoMoreThan(before);
        ring.awaitIdle();
    }

    @Test
    void endsWithItsDirectory() throws IOException {
        Path path = Files.createDirectory(directory.resolve("gone")).resolve("log");
        append(path, "last\n");
        Probe<String> probe = lines(path, TOLD);
        probe.awaitValues(1);

        Files.delete(path);
        Files.delete(path.getParent());

        assertThat(probe.awaitEnd().isCompleted()).isTrue();
        ring.awaitIdle();
    }

    @Test
    void refusesWhatIsNoFileInADirectory() {
        assertThat(lines(directory.resolve("no/log"), TOLD).awaitError(NoSuchFileException.class)).isNotNull();
        assertThat(lines(directory, TOLD).awaitError(FileSystemException.class))
                .hasMessageContaining("is not a regular file");
        assertThatIllegalArgumentException().isThrownBy(() -> files().tail(Path.of("/")));
        assertThatIllegalArgumentException().isThrownBy(() -> TailOptions.fromStart().withChunkBytes(0));
        assertThatIllegalArgumentException().isThrownBy(() -> TOLD.withCheckEvery(Duration.ZERO));
    }
}
