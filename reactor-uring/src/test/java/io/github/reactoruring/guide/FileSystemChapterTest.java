package io.github.reactoruring.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.DirectoryChange.Kind;
import io.github.reactoruring.file.DirectoryEntry;
import io.github.reactoruring.file.FileStat;
import io.github.reactoruring.file.UringFileSystem;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Runs what the guide's chapter on the file system shows. */
@NeedsUring
class FileSystemChapterTest {

    @RegisterExtension
    final TestUring testUring = TestUring.withDefaults();

    @TempDir
    private Path directory;

    @Test
    void looksAtFiles() throws Exception {
        Uring uring = testUring.get();
        Path file = Files.write(directory.resolve("file"), new byte[1_000]);

        // snippet: stat
        Mono<FileStat> stat = uring.fileSystem().stat(file);
        Mono<Boolean> sparse = stat.map(s -> s.allocatedBytes() < s.sizeBytes());
        // end of snippet

        assertThat(stat.block().sizeBytes()).isEqualTo(1_000);
        StepVerifier.create(sparse).expectNextCount(1).verifyComplete();
    }

    @Test
    void putsANewVersionInPlace() throws Exception {
        Uring uring = testUring.get();
        Path current = Files.createDirectory(directory.resolve("current"));
        Path next = Files.createDirectory(directory.resolve("next"));
        Files.createFile(next.resolve("new"));

        // snippet: exchange
        UringFileSystem files = uring.fileSystem();
        Mono<Long> swapped = files.exchange(next, current)
                .then(files.deleteRecursively(next));
        // end of snippet

        StepVerifier.create(swapped).expectNext(1L).verifyComplete();
        assertThat(current.resolve("new")).exists();
        assertThat(next).doesNotExist();
    }

    @Test
    void addsUpATree() throws Exception {
        Uring uring = testUring.get();
        Path root = directory;
        Files.write(Files.createDirectories(root.resolve("a/b")).resolve("one"), new byte[10]);
        Files.write(root.resolve("two"), new byte[20]);

        // snippet: walk
        UringFileSystem files = uring.fileSystem();
        Mono<Long> bytes = files.walk(root)
                .filter(entry -> !entry.isDirectory())
                .map(DirectoryEntry::path)
                .flatMap(files::lstat, 32)
                .reduce(0L, (sum, stat) -> sum + stat.sizeBytes());
        // end of snippet

        StepVerifier.create(bytes).expectNext(30L).verifyComplete();
    }

    @Test
    void watchesAndMissesNothing() throws Exception {
        Uring uring = testUring.get();
        Path inbox = directory;
        Path early = Files.createFile(inbox.resolve("early"));
        Set<Path> seen = ConcurrentHashMap.newKeySet();

        // snippet: watch
        UringFileSystem files = uring.fileSystem();
        Flux<Path> arrivals = files.watch(inbox, Kind.WRITTEN, Kind.MOVED_TO)
                .concatMap(change -> switch (change.kind()) {
                    case WATCHING, OVERFLOW -> files.list(inbox).map(DirectoryEntry::path);
                    default -> Mono.just(change.path());
                });
        // end of snippet

        Disposable watch = arrivals.subscribe(seen::add);
        Await.until("what was there", () -> seen.contains(early));
        Path late = Files.writeString(inbox.resolve("late"), "content");
        Await.until("what came", () -> seen.contains(late));
        watch.dispose();
    }
}
