package io.github.reactoruring.internal.source.path;

import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;

import io.github.reactoruring.file.DirectoryEntry;
import io.github.reactoruring.internal.loop.EventLoop;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Removes a tree: files as the walk finds them, then directories from the deepest up. A directory that is not empty then
 * got something meanwhile, or was not read in full while it was being emptied: it is gone through again.
 */
public final class TreeRemoval {

    private static final int MAX_PASSES = 4;

    private final Supplier<EventLoop> loops;
    private final DirectoryEntry start;
    private final int concurrency;
    /** By the number of names in the path; filled by one pass. */
    private final TreeMap<Integer, List<Path>> directories = new TreeMap<>();
    private long removed;

    private TreeRemoval(Supplier<EventLoop> loops, DirectoryEntry start, int concurrency) {
        this.loops = loops;
        this.start = start;
        this.concurrency = concurrency;
    }

    /** Removes {@code start} and what is below it; emits how many. */
    public static Mono<Long> of(Supplier<EventLoop> loops, DirectoryEntry start, int concurrency) {
        return Mono.defer(() -> {
            TreeRemoval removal = new TreeRemoval(loops, start, concurrency);
            return removal.pass(1).then(Mono.fromSupplier(() -> removal.removed));
        });
    }

    private Mono<Void> pass(int number) {
        return Flux.concat(removeFiles(), removeDirectories()).doOnNext(count -> removed += count).then()
                .onErrorResume(error -> number < MAX_PASSES && wasChanged(error), error -> {
                    directories.clear();
                    return pass(number + 1);
                });
    }

    private static boolean wasChanged(Throwable error) {
        return error instanceof DirectoryNotEmptyException || error instanceof NotDirectoryException;
    }

    private Flux<Integer> removeFiles() {
        return TreeWalk.from(start, Integer.MAX_VALUE, concurrency).<Path>handle((entry, sink) -> {
            Path path = entry.path();
            if (entry.isDirectory()) {
                directories.computeIfAbsent(path.getNameCount(), names -> new ArrayList<>()).add(path);
            } else {
                sink.next(path);
            }
        }).flatMap(path -> counted(PathRemoval.remove(loops, Paths.name(path))), concurrency);
    }

    private Flux<Integer> removeDirectories() {
        return Flux.defer(() -> Flux.fromIterable(directories.descendingMap().values()))
                .concatMap(level -> Flux.fromIterable(level).flatMap(
                        path -> counted(PathRemoval.removeDirectory(loops, Paths.name(path))), concurrency));
    }

    /** Emits 1, or 0 for what somebody else removed. */
    private static Mono<Integer> counted(Mono<Void> removal) {
        return removal.then(Mono.just(1)).onErrorResume(NoSuchFileException.class, gone -> Mono.just(0));
    }
}
