package io.github.reactoruring.internal.source.path;

import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Collections;
import java.util.concurrent.ConcurrentLinkedDeque;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.file.DirectoryEntry;
import io.github.reactoruring.internal.source.Guarded;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.publisher.SynchronousSink;

/**
 * Walks down a tree: directories that turn up go back into the queue of those to be listed, of which a bounded number is
 * at any time.
 *
 * <p>The queue gives out the latest first, so that it holds about one way down the tree, not one level across it.
 *
 * <p><b>Threads:</b> the state is touched by {@link #accept} alone, whose calls flatMap serializes.
 */
public final class TreeWalk {

    private static final int READ_AHEAD_ENTRIES = 64;

    /** A directory to be listed. */
    private record Visit(DirectoryEntry directory, int depth) {
    }

    /** What a visit found; no entry at its end. */
    private record Found(@Nullable DirectoryEntry entry, int depth) {
    }

    private final int maxDepth;
    private final Sinks.Many<Visit> visits = Sinks.unsafe().many().unicast()
            .onBackpressureBuffer(Collections.asLifoQueue(new ConcurrentLinkedDeque<>()));
    private int unfinished;

    private TreeWalk(int maxDepth) {
        this.maxDepth = maxDepth;
    }

    /** Emits {@code start}, and what is below it. */
    public static Flux<DirectoryEntry> from(DirectoryEntry start, int maxDepth, int concurrency) {
        if (!start.isDirectory() || maxDepth == 0) {
            return Flux.just(start);
        }
        return Guarded
                .create(Flux.just(start)
                        .concatWith(Flux.defer(() -> new TreeWalk(maxDepth).below(start, concurrency))));
    }

    private Flux<DirectoryEntry> below(DirectoryEntry start, int concurrency) {
        visit(start, 0);
        return visits.asFlux().flatMap(TreeWalk::list, concurrency, READ_AHEAD_ENTRIES).handle(this::accept);
    }

    private static Flux<Found> list(Visit visit) {
        int depth = visit.depth + 1;
        Flux<DirectoryEntry> entries = BlockingCalls.list(Paths.name(visit.directory.path()), visit.directory.path(),
                false);
        if (visit.depth > 0) {
            entries = entries.onErrorResume(TreeWalk::isGone, gone -> Flux.empty());
        }
        return entries.map(entry -> new Found(entry, depth)).concatWithValues(new Found(null, depth));
    }

    private void accept(Found found, SynchronousSink<DirectoryEntry> sink) {
        DirectoryEntry entry = found.entry;
        if (entry == null) {
            if (--unfinished == 0) {
                emitted(visits.tryEmitComplete());
            }
            return;
        }
        if (entry.isDirectory() && found.depth < maxDepth) {
            visit(entry, found.depth);
        }
        sink.next(entry);
    }

    private void visit(DirectoryEntry directory, int depth) {
        unfinished++;
        emitted(visits.tryEmitNext(new Visit(directory, depth)));
    }

    private static void emitted(Sinks.EmitResult result) {
        if (result != Sinks.EmitResult.FAIL_CANCELLED) {
            result.orThrow();
        }
    }

    /** Says whether somebody removed or replaced a directory since it was found. */
    static boolean isGone(Throwable error) {
        return error instanceof NoSuchFileException || error instanceof NotDirectoryException
                || error instanceof FileSystemLoopException;
    }
}
