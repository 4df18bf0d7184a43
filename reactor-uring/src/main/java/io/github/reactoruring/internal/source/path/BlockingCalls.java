package io.github.reactoruring.internal.source.path;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.file.DirectoryEntry;
import io.github.reactoruring.internal.ring.Descriptors;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.Guarded;
import io.github.reactoruring.internal.sys.DirectoryReader;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.ErrnoException;
import io.github.reactoruring.internal.sys.PathName;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Schedulers;

/** Makes the blocking calls that io_uring has no operation for, on the threads of Schedulers.boundedElastic(). */
public final class BlockingCalls {

    private BlockingCalls() {
    }

    private static <T> Mono<T> blocking(Callable<@Nullable T> call) {
        return Mono.fromCallable(call).subscribeOn(Schedulers.boundedElastic());
    }

    /**
     * Lists a directory, read piece by piece as it is asked for.
     *
     * @param name the directory's name, for the kernel
     * @param directory its path, for the entries
     * @param follow whether a symbolic link to a directory is followed
     */
    public static Flux<DirectoryEntry> list(String name, Path directory, boolean follow) {
        return Guarded.create(Flux.<DirectoryEntry, DirectoryReader>generate(() -> open(name, follow),
                (reader, sink) -> next(reader, sink, name, directory), DirectoryReader::close)
                .subscribeOn(Schedulers.boundedElastic()));
    }

    private static DirectoryReader open(String name, boolean follow) throws IOException {
        try {
            return DirectoryReader.open(name, follow);
        } catch (ErrnoException e) {
            throw Errors.ofPath(e.errno(), "OPEN", name);
        }
    }

    private static DirectoryReader next(DirectoryReader reader, SynchronousSink<DirectoryEntry> sink, String name,
            Path directory) {
        try {
            if (reader.next()) {
                sink.next(new DirectoryEntry(directory.resolve(PathName.path(reader.name())),
                        PathStat.type(reader.type())));
            } else {
                sink.complete();
            }
        } catch (ErrnoException e) {
            sink.error(Errors.ofPath(e.errno(), "GETDENTS64", name));
        }
        return reader;
    }

    /** Reads where a symbolic link leads (readlink(2)). */
    public static Mono<Path> readSymbolicLink(Path link) {
        return blocking(() -> Files.readSymbolicLink(link));
    }

    /** Lists the names of a file's extended attributes (listxattr(2)). */
    public static Mono<List<String>> listAttributes(Descriptors descriptors, String name) {
        return blocking(() -> {
            try {
                return descriptors.listAttributes(name);
            } catch (ErrnoException e) {
                throw Errors.ofPath(e, "LISTXATTR", name);
            }
        });
    }

    /** Removes an extended attribute (removexattr(2)); emits whether there was one. */
    public static Mono<Boolean> removeAttribute(Descriptors descriptors, String name, String attribute) {
        return blocking(() -> {
            int result = descriptors.removeAttribute(name, attribute);
            if (result < 0 && result != -Errno.ENODATA) {
                throw Errors.ofPath(-result, "REMOVEXATTR", name);
            }
            return result == 0;
        });
    }
}
