package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.file.DirectoryChange.Kind;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.Descriptors;

@NeedsUring
class WatchTest {

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    private Probe<DirectoryChange> watch(Path watched, long demand, Kind... kinds) {
        Probe<DirectoryChange> probe = Probe.idle();
        ring.get().fileSystem().watch(watched, kinds).subscribe(probe);
        probe.request(demand).awaitValues(1);
        assertThat(probe.values().getFirst()).isEqualTo(new DirectoryChange(Kind.WATCHING, watched, true, 0));
        return probe;
    }

    private static DirectoryChange change(Kind kind, Path path) {
        return new DirectoryChange(kind, path, false, 0);
    }

    @Test
    void tellsWhatHappensInOrder() throws Exception {
        Probe<DirectoryChange> probe = watch(directory, Long.MAX_VALUE);
        Path file = directory.resolve("f\u00efle");

        Files.writeString(file, "content");
        Files.setLastModifiedTime(file, java.nio.file.attribute.FileTime.fromMillis(0));
        Files.delete(file);
        Files.createDirectory(directory.resolve("folder"));
        DirectoryChange last = new DirectoryChange(Kind.CREATED, directory.resolve("folder"), true, 0);
        Await.until("the last change", () -> probe.values().contains(last));

        assertThat(probe.values()).containsSubsequence(
                change(Kind.CREATED, file), change(Kind.MODIFIED, file), change(Kind.WRITTEN, file),
                change(Kind.ATTRIBUTES, file), change(Kind.DELETED, file), last);
        probe.dispose();
        probe.assertRules();
    }

    @Test
    void tellsOnlyTheKindsAskedFor() throws Exception {
        Probe<DirectoryChange> probe = watch(directory, Long.MAX_VALUE, Kind.DELETED);
        Path file = Files.writeString(directory.resolve("file"), "content");

        Files.delete(file);
        probe.awaitValues(2);

        assertThat(probe.values().get(1)).isEqualTo(change(Kind.DELETED, file));
        probe.dispose();
    }

    @Test
    void pairsTheHalvesOfARenameByTheirCookie() throws Exception {
        Path from = Files.createFile(directory.resolve("from"));
        Path other = Files.createFile(directory.resolve("other"));
        Path outside = Files.createDirectory(directory.resolve("folder"));
        Probe<DirectoryChange> probe = watch(directory, Long.MAX_VALUE, Kind.MOVED_FROM, Kind.MOVED_TO);

        Files.move(from, directory.resolve("to"));
        Files.move(other, outside.resolve("other"));
        probe.awaitValues(4);

        List<DirectoryChange> moves = probe.values();
        assertThat(moves.get(1).kind()).isEqualTo(Kind.MOVED_FROM);
        assertThat(moves.get(2).kind()).isEqualTo(Kind.MOVED_TO);
        assertThat(moves.get(2).path()).isEqualTo(directory.resolve("to"));
        assertThat(moves.get(2).name()).isEqualTo("to");
        assertThat(moves.get(1).cookie()).isNotZero().isEqualTo(moves.get(2).cookie());
        assertThat(moves.get(3).path()).isEqualTo(other);
        assertThat(moves.get(3).cookie()).isNotZero().isNotEqualTo(moves.get(1).cookie());
        probe.dispose();
    }

    @Test
    void missesNothingOfABurstAndTakesNoMoreThanAskedFor() throws Exception {
        int count = 2_000;
        Probe<DirectoryChange> probe = watch(directory, 1, Kind.CREATED);
        Set<Path> made = new HashSet<>();
        for (int i = 0; i < count; i++) {
            made.add(Files.createFile(directory.resolve("a-rather-long-name-of-a-file-" + i)));
        }

        assertThat(ring.get().stats().inFlight()).as("without demand nothing is read").isZero();
        probe.request(10).awaitValues(11);
        probe.request(count - 10).awaitValues(count + 1);

        Set<Path> told = new HashSet<>();
        probe.values().forEach(change -> told.add(change.path()));
        told.remove(directory);
        assertThat(told).isEqualTo(made);
        probe.dispose();
        probe.assertRules();
    }

    @Test
    void saysThatTheKernelDroppedChanges() throws Exception {
        int limit = limit("max_queued_events");
        Probe<DirectoryChange> probe = watch(directory, 1, Kind.CREATED, Kind.MOVED_FROM, Kind.MOVED_TO);
        Path here = Files.createFile(directory.resolve("here"));
        Path there = directory.resolve("there");
        for (int i = 0; i < limit / 4 + 50; i++) {
            Files.move(here, there, StandardCopyOption.ATOMIC_MOVE);
            Files.move(there, here, StandardCopyOption.ATOMIC_MOVE);
        }

        probe.request(Long.MAX_VALUE);
        Await.until("an overflow", () -> probe.values().getLast().kind() == Kind.OVERFLOW);

        assertThat(probe.values()).hasSize(limit + 2);
        assertThat(probe.values().getLast().path()).isEqualTo(directory);
        Path file = Files.createFile(directory.resolve("file"));
        Await.until("what came after it", () -> probe.values().getLast().equals(change(Kind.CREATED, file)));
        probe.dispose();
        probe.assertRules();
    }

    @Test
    void completesWhenTheDirectoryIsRemoved() throws Exception {
        Path watched = Files.createDirectory(directory.resolve("watched"));
        Probe<DirectoryChange> probe = watch(watched, Long.MAX_VALUE, Kind.CREATED, Kind.DELETED);

        Files.delete(Files.createFile(watched.resolve("file")));
        Files.delete(watched);
        probe.awaitEnd();

        assertThat(probe.isCompleted()).isTrue();
        assertThat(probe.values()).extracting(DirectoryChange::kind)
                .containsExactly(Kind.WATCHING, Kind.CREATED, Kind.DELETED);
        probe.assertRules();
    }

    @Test
    void saysThatTheDirectoryItselfWasRenamed() throws Exception {
        Path watched = Files.createDirectory(directory.resolve("watched"));
        Probe<DirectoryChange> probe = watch(watched, Long.MAX_VALUE, Kind.CREATED);

        Files.move(watched, directory.resolve("elsewhere"));
        probe.awaitValues(2);

        assertThat(probe.values().get(1).kind()).isEqualTo(Kind.DIRECTORY_MOVED);
        assertThat(probe.values().get(1).path()).isEqualTo(watched);
        probe.dispose();
    }

    @Test
    void disposalLeavesNoReadAndNoDescriptor() {
        Probe<DirectoryChange> probe = watch(directory, Long.MAX_VALUE);
        ring.awaitInFlight(1);
        assertThat(instances()).isEqualTo(1);

        probe.dispose();

        ring.awaitIdle();
        Await.until("no inotify instance", () -> instances() == 0);
        assertThat(probe.isTerminated()).isFalse();
    }

    @Test
    void disposalAtAnyMomentLeavesNothing() {
        for (int round = 0; round < 300; round++) {
            Probe<DirectoryChange> probe = Probe.idle();
            ring.get().fileSystem().watch(directory).subscribe(probe);
            probe.request(Long.MAX_VALUE);
            int moment = round;
            Await.until("a moment", () -> moment % 3 == 0 || instances() > 0 || !probe.values().isEmpty());
            if (round % 3 == 1) {
                probe.awaitValues(1);
            }
            probe.dispose();
            probe.assertRules();
        }
        Await.until("no inotify instance", () -> instances() == 0);
        ring.awaitIdle();
    }

    @Test
    void closingTheRingFailsAWatch() {
        Probe<DirectoryChange> probe = watch(directory, Long.MAX_VALUE);

        ring.get().disposeLater().block();

        probe.awaitError(Exception.class);
        Await.until("no inotify instance", () -> instances() == 0);
    }

    @Test
    void failsForWhatIsNoDirectory() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        Path none = directory.resolve("none");
        UringFileSystem files = ring.get().fileSystem();

        Probe<DirectoryChange> ofFile = Probe.idle();
        files.watch(file).subscribe(ofFile);
        assertThat(ofFile.request(1).awaitError(NotDirectoryException.class)).hasMessage(file.toString());
        Probe<DirectoryChange> ofNone = Probe.idle();
        files.watch(none).subscribe(ofNone);
        assertThat(ofNone.request(1).awaitError(NoSuchFileException.class)).hasMessage(none.toString());
        assertThatThrownBy(() -> files.watch(directory, Kind.OVERFLOW)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("OVERFLOW");
        assertThat(instances()).isZero();
    }

    @Test
    void saysWhichLimitOfInotifyWasReached() throws Exception {
        int limit = limit("max_user_instances");
        List<Probe<DirectoryChange>> probes = new java.util.ArrayList<>();
        for (int i = 0; i <= Math.min(limit, 1_000); i++) {
            Probe<DirectoryChange> probe = Probe.idle();
            ring.get().fileSystem().watch(directory).subscribe(probe);
            probes.add(probe.request(1));
        }

        if (limit <= 1_000) {
            Await.until("a failure", () -> probes.stream().anyMatch(probe -> probe.error() != null));
            probes.stream().filter(probe -> probe.error() != null)
                    .forEach(probe -> assertThat(probe.error())
                            .hasMessageContaining("fs.inotify.max_user_instances"));
        }
        probes.stream().filter(probe -> !probe.isTerminated()).forEach(Probe::dispose);
    }

    /** Reads it at one go: a second read of a sysctl finds its end. */
    private static int limit(String name) throws IOException {
        try (InputStream in = Files.newInputStream(Path.of("/proc/sys/fs/inotify", name))) {
            byte[] text = new byte[64];
            return Integer.parseInt(new String(text, 0, in.read(text), StandardCharsets.US_ASCII).trim());
        }
    }

    private static int instances() {
        return Descriptors.open().getOrDefault("anon_inode:inotify", 0);
    }
}
