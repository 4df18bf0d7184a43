package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.Descriptors;

@NeedsUring
class TreeTest {

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    private UringFileSystem files() {
        return ring.get().fileSystem();
    }

    /** Makes a tree of files, directories, and links that lead outside, in circles or nowhere. */
    private static void grow(Path root, Random random, int entries) throws IOException {
        List<Path> folders = new ArrayList<>(List.of(Files.createDirectories(root)));
        for (int i = 0; i < entries; i++) {
            Path parent = folders.get(random.nextInt(folders.size()));
            Path entry = parent.resolve((random.nextBoolean() ? "plain" : "\u00fcn\u00ef") + i);
            switch (random.nextInt(6)) {
                case 0, 1 -> folders.add(Files.createDirectory(entry));
                case 2 -> Files.createSymbolicLink(entry, root);
                case 3 -> Files.createSymbolicLink(entry, Path.of("nowhere"));
                default -> Files.createFile(entry);
            }
        }
    }

    private static Set<Path> walked(Path root, int depth) throws IOException {
        try (Stream<Path> paths = Files.walk(root, depth)) {
            return paths.collect(Collectors.toSet());
        }
    }

    @Test
    void listsEachEntryOnceWithItsType() throws Exception {
        Set<Path> expected = new HashSet<>();
        for (int i = 0; i < 2_000; i++) {
            expected.add(Files.createFile(directory.resolve("a-name-long-enough-to-fill-buffers-" + i)));
        }
        Path folder = Files.createDirectory(directory.resolve("folder"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), folder);

        List<DirectoryEntry> entries = files().list(directory).collectList().block();

        assertThat(entries).hasSize(2_002).contains(new DirectoryEntry(folder, FileType.DIRECTORY),
                new DirectoryEntry(link, FileType.SYMBOLIC_LINK));
        assertThat(entries.stream().filter(entry -> entry.type() == FileType.REGULAR).map(DirectoryEntry::path))
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(files().list(link).collectList().block()).isEmpty();
    }

    @Test
    void listingKeepsToTheDemandAndClosesOnDisposal() throws Exception {
        for (int i = 0; i < 100; i++) {
            Files.createFile(directory.resolve("file" + i));
        }
        Probe<DirectoryEntry> probe = Probe.idle();
        files().list(directory).subscribe(probe);
        Await.until("a subscription", () -> descriptorsOf(directory) == 1);

        probe.request(3).awaitValues(3);
        probe.dispose();

        Await.until("the directory closed", () -> descriptorsOf(directory) == 0);
        assertThat(probe.assertRules().isTerminated()).isFalse();
    }

    @Test
    void walksWhatJavaNioWalks() throws Exception {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            Path root = directory.resolve("root" + seed);
            grow(root, random, 20 + random.nextInt(300));
            int depth = random.nextInt(3) == 0 ? random.nextInt(4) : Integer.MAX_VALUE;
            int concurrency = 1 + random.nextInt(8);

            List<DirectoryEntry> entries = files().walk(root, depth, concurrency).collectList().block();

            List<Path> paths = entries.stream().map(DirectoryEntry::path).toList();
            assertThat(paths).as("seed %s", seed).doesNotHaveDuplicates()
                    .containsExactlyInAnyOrderElementsOf(walked(root, depth));
            Set<Path> before = new HashSet<>(Set.of(root.getParent()));
            for (Path path : paths) {
                assertThat(before.contains(path.getParent())).as("%s before what is in it", path).isTrue();
                before.add(path);
            }
            for (DirectoryEntry entry : entries) {
                assertThat(entry.isDirectory())
                        .isEqualTo(Files.isDirectory(entry.path(), LinkOption.NOFOLLOW_LINKS));
            }
        }
    }

    @Test
    void walkingKeepsToTheDemandAndMayStopAnywhere() throws Exception {
        grow(directory.resolve("root"), new Random(7), 500);
        int total = walked(directory.resolve("root"), Integer.MAX_VALUE).size();
        Random random = new Random(8);
        for (int round = 0; round < 100; round++) {
            Probe<DirectoryEntry> probe = Probe.idle();
            files().walk(directory.resolve("root"), Integer.MAX_VALUE, 4).subscribe(probe);
            int wanted = random.nextInt(40);
            if (wanted > 0) {
                probe.request(wanted).awaitValues(wanted);
            }
            if (round % 4 == 0) {
                probe.request(Long.MAX_VALUE).awaitEnd();
                assertThat(probe.values()).hasSize(total);
            }
            probe.dispose();
            probe.assertRules();
        }
        Await.until("all directories closed", () -> Descriptors.open().keySet().stream()
                .noneMatch(path -> path.startsWith(directory.toString())));
    }

    @Test
    void walkingStartsAtAnything() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory);

        assertThat(files().walk(file).collectList().block())
                .containsExactly(new DirectoryEntry(file, FileType.REGULAR));
        assertThat(files().walk(link).collectList().block())
                .containsExactly(new DirectoryEntry(link, FileType.SYMBOLIC_LINK));
        assertThatThrownBy(() -> files().walk(directory.resolve("none")).blockLast())
                .hasRootCauseInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> files().list(file).blockLast()).hasRootCauseInstanceOf(NotDirectoryException.class);
    }

    @Test
    void deletesTheWholeTreeAndNothingElse() throws Exception {
        Path kept = Files.writeString(Files.createDirectory(directory.resolve("outside")).resolve("kept"), "content");
        for (int seed = 0; seed < 15; seed++) {
            Random random = new Random(100 + seed);
            Path root = directory.resolve("root");
            grow(root, random, 20 + random.nextInt(300));
            Files.createSymbolicLink(root.resolve("out"), kept.getParent());
            long expected = walked(root, Integer.MAX_VALUE).size();

            long removed = files().deleteRecursively(root, 1 + random.nextInt(16)).block();

            assertThat(removed).as("seed %s", seed).isEqualTo(expected);
            assertThat(root).doesNotExist();
            assertThat(kept).hasContent("content");
        }
    }

    @Test
    void deletesALinkAndNotWhereItLeads() throws Exception {
        Path folder = Files.createDirectory(directory.resolve("folder"));
        Path file = Files.createFile(folder.resolve("file"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), folder);

        assertThat(files().deleteRecursively(link).block()).isEqualTo(1);

        assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS)).isFalse();
        assertThat(file).exists();
        assertThat(files().deleteRecursively(file).block()).isEqualTo(1);
        assertThatThrownBy(() -> files().deleteRecursively(file).block())
                .hasRootCauseInstanceOf(NoSuchFileException.class);
    }

    @Test
    void deletesWhatIsAddedMeanwhileOnce() throws Exception {
        Path root = directory.resolve("root");
        grow(root, new Random(3), 200);
        Path late = root.resolve("late");

        long removed = files().walk(root).take(1)
                .thenMany(files().deleteRecursively(root).doOnSubscribe(subscription -> touch(late))).blockLast();

        assertThat(removed).isGreaterThan(1);
        assertThat(root).doesNotExist();
    }

    @Test
    void severalMayDeleteTheSameTree() throws Exception {
        Path root = directory.resolve("root");
        grow(root, new Random(4), 1_000);
        long expected = walked(root, Integer.MAX_VALUE).size();

        long removed = reactor.core.publisher.Flux.range(0, 4)
                .flatMap(i -> files().deleteRecursively(root, 4)
                        .onErrorResume(NoSuchFileException.class, gone -> reactor.core.publisher.Mono.just(0L)))
                .reduce(0L, Long::sum).block();

        assertThat(removed).isEqualTo(expected);
        assertThat(root).doesNotExist();
    }

    @Test
    void disposingOfADeletionStopsIt() throws Exception {
        Path root = directory.resolve("root");
        for (int i = 0; i < 50; i++) {
            Path folder = Files.createDirectories(root.resolve("folder" + i));
            for (int j = 0; j < 40; j++) {
                Files.createFile(folder.resolve("file" + j));
            }
        }
        Probe<Long> probe = Probe.idle();
        files().deleteRecursively(root, 2).subscribe(probe);
        probe.request(1);
        Await.until("a beginning", () -> ring.get().stats().completed() > 20);
        probe.dispose();
        ring.awaitIdle();

        Await.until("all directories closed", () -> Descriptors.open().keySet().stream()
                .noneMatch(path -> path.startsWith(directory.toString())));
        ring.awaitIdle();
        int left = walked(root, Integer.MAX_VALUE).size();
        assertThat(left).isBetween(1, 2_050);
        probe.assertSilent();
        assertThat(files().deleteRecursively(root).block()).isEqualTo(left);
    }

    private static void touch(Path file) {
        try {
            Files.createFile(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int descriptorsOf(Path path) {
        return Descriptors.open().getOrDefault(path.toString(), 0);
    }
}
