package io.github.reactoruring.tck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Tag;
import org.reactivestreams.Publisher;
import org.testng.annotations.AfterClass;
import org.testng.annotations.Test;

import io.github.reactoruring.file.DirectoryChange;
import io.github.reactoruring.file.DirectoryChange.Kind;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** Verifies the watch of a directory, which gets files when it is watched, and then goes. */
@Tag("tck")
@Test(groups = "tck")
public class WatchFluxTckTest extends PublisherTck<DirectoryChange> {

    private Path parent;

    @Override
    public Publisher<DirectoryChange> createPublisher(long elements) {
        if (elements == 0) {
            return Flux.empty();
        }
        return Flux.defer(() -> {
            Path watched = makeDirectory();
            return uring().fileSystem().watch(watched, Kind.CREATED).doOnNext(change -> {
                if (change.kind() == Kind.WATCHING) {
                    Schedulers.boundedElastic().schedule(() -> fillAndRemove(watched, elements - 1));
                }
            });
        });
    }

    @Override
    public long maxElementsFromPublisher() {
        return 1_000;
    }

    private synchronized Path makeDirectory() {
        try {
            parent = parent == null ? Files.createTempDirectory("watch-tck") : parent;
            return Files.createTempDirectory(parent, "watched");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void fillAndRemove(Path watched, long files) {
        try {
            Path source = Files.createTempFile(watched.getParent(), "source", "");
            for (long i = 0; i < files; i++) {
                Files.createLink(watched.resolve("file" + i), source);
            }
            for (long i = 0; i < files; i++) {
                Files.delete(watched.resolve("file" + i));
            }
            Files.delete(watched);
            Files.delete(source);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes what is left of publishers that were cancelled before they were watching. */
    @AfterClass
    void removeTheRest() throws IOException {
        if (parent != null) {
            uring().fileSystem().deleteRecursively(parent).block();
        }
    }
}
