package io.github.reactoruring.internal.source.write;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.function.Supplier;

import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.OneShotMono;
import io.github.reactoruring.internal.source.buffer.PooledChunks;
import io.github.reactoruring.internal.source.file.FileUpkeep;
import io.github.reactoruring.internal.source.file.OpenHow;
import io.github.reactoruring.internal.source.file.OpenMono;
import io.github.reactoruring.internal.source.path.StatOnce;
import io.github.reactoruring.internal.source.read.FileReadFlux;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.FileIdentity;
import io.github.reactoruring.internal.sys.OpenFlags;
import io.github.reactoruring.internal.sys.PathName;
import reactor.core.publisher.Mono;

/**
 * Copies a file by reading ahead and writing behind, through native memory, see docs/decisions/0010-copying-files.md.
 *
 * <p>The source is open, and known to be another file, before the target is touched.
 */
public final class FileCopy {

    /** Larger is faster by little, and a read from the page cache holds up the ring for the time of its copy. */
    private static final int CHUNK_BYTES = 512 * 1024;
    private static final int MOST_IN_FLIGHT = 4;
    /** What of the source's mode a new file gets, as with cp(1) and Files.copy: a copy of a secret is one. */
    private static final int ACCESS = 0777;
    private static final OpenHow READING = new OpenHow(OpenFlags.O_RDONLY, 0, false, false);

    private FileCopy() {
    }

    public static Mono<Long> create(Supplier<EventLoop> loops, String from, String to, WriteOptions options) {
        Mono<OpenFile> source = OpenMono.create(loops, from, READING, (file, status, forceAsync) -> file);
        return Mono.usingWhen(source, file -> copy(file, to, options), file -> new FileUpkeep(file).close());
    }

    private static Mono<Long> copy(OpenFile source, String to, WriteOptions options) {
        int inFlight = Math.min(options.maxInFlight(), MOST_IN_FLIGHT);
        ReadOptions reading = ReadOptions.defaults().withChunkBytes(CHUNK_BYTES)
                .withReadAheadBytes(inFlight * CHUNK_BYTES);
        // One after the other: a source that is a directory is told even where there is no target yet.
        return identity(source).flatMap(own -> identity(source.loop(), to).<Void>handle((other, sink) -> {
            if (own.isSameFile(other)) {
                sink.error(new FileSystemException(PathName.printable(source.name()), PathName.printable(to),
                        "are the same file"));
            }
        }).then(WriteMono.write(source.loop(), to, FileReadFlux.ofOpen(source, reading, PooledChunks.INSTANCE),
                options.withMaxInFlight(inFlight), PooledChunks.INSTANCE, own.permissions() & ACCESS)));
    }

    private static Mono<FileIdentity> identity(OpenFile source) {
        return OneShotMono.<FileIdentity>create(source.loop(), (loop, actual) -> new StatOnce<>(source, actual,
                FileIdentity.STATX_MASK, FileIdentity::read)).handle((identity, sink) -> {
                    if (identity.directory()) {
                        IOException cause = Errors.ofPath(Errno.EISDIR, "READ", source.name());
                        sink.error(cause);
                    } else {
                        sink.next(identity);
                    }
                });
    }

    private static Mono<FileIdentity> identity(EventLoop loop, String path) {
        return OneShotMono.create(loop, (ring, actual) -> new StatOnce<>(ring, path, actual, FileIdentity.STATX_MASK,
                FileIdentity::read));
    }
}
