package io.github.reactoruring.internal.spring;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.io.Resource;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.UringFile;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.Logger;
import reactor.util.Loggers;

/** Tells what a ring can be asked for, files on a disk as long as it works, and opens them for a while. */
public final class LocalFiles {

    private static final Logger LOG = Loggers.getLogger(LocalFiles.class);

    private LocalFiles() {
    }

    /** Says whether there is a ring that has not failed, and is not closed. */
    public static boolean canUse(@Nullable Uring uring) {
        return uring != null && !uring.isDisposed();
    }

    /** Returns the resource's path in the default filesystem, or null: in a jar, in memory, behind a URL. */
    public static @Nullable Path pathOf(Resource resource) {
        if (!resource.isFile()) {
            return null;
        }
        try {
            Path path = resource.getFilePath();
            return isLocal(path) ? path : null;
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }

    /**
     * Opens a file, uses it, and closes it; the end does not wait for that.
     *
     * <p>Not usingWhen: a cancel that crosses the opened file there leaves it open for good (reactor-core 3.8.6).
     */
    public static <T> Flux<T> use(Mono<UringFile> opening, Function<UringFile, Publisher<T>> content) {
        return opening.flatMapMany(file -> closing(file, content));
    }

    /** Uses an open file, and closes it; the end does not wait for that. */
    public static <T> Flux<T> closing(UringFile file, Function<UringFile, Publisher<T>> content) {
        return Flux.defer(() -> content.apply(file)).doFinally(signal -> close(file));
    }

    /** Closes a file without waiting for it. */
    public static void close(UringFile file) {
        file.close().subscribe(null,
                error -> LOG.debug("A file that was read did not close, or was closed with its ring", error));
    }

    public static boolean isLocal(Path path) {
        return path.getFileSystem() == FileSystems.getDefault();
    }
}
