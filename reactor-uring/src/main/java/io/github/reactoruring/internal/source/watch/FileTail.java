package io.github.reactoruring.internal.source.watch;

import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.file.DirectoryChange;
import io.github.reactoruring.file.DirectoryChange.Kind;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.TailOptions;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.source.Guarded;
import io.github.reactoruring.internal.source.Handover;
import io.github.reactoruring.internal.source.OnLoop;
import io.github.reactoruring.internal.source.OneShotMono;
import io.github.reactoruring.internal.source.file.FileUpkeep;
import io.github.reactoruring.internal.source.file.OpenHow;
import io.github.reactoruring.internal.source.file.OpenMono;
import io.github.reactoruring.internal.source.path.Paths;
import io.github.reactoruring.internal.source.path.StatOnce;
import io.github.reactoruring.internal.source.read.FileReadFlux;
import io.github.reactoruring.internal.source.time.IntervalFlux;
import io.github.reactoruring.internal.sys.FileIdentity;
import io.github.reactoruring.internal.sys.OpenFlags;
import io.github.reactoruring.internal.sys.PathName;
import io.github.reactoruring.internal.sys.Statx;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Follows the file of a name for one subscriber: each time something tells of a change, reads on to the end.
 *
 * <p>Invariant: at most one file is open; the one before is read to its end first.
 *
 * <p><b>Threads:</b> the file is opened and closed on the owner; all else happens in one signal after another.
 */
public final class FileTail<B> {

    private static final OpenHow READING = new OpenHow(OpenFlags.O_RDONLY, 0, false, false);

    private final EventLoop loop;
    private final String name;
    private final Path path;
    private final Path directory;
    private final TailOptions options;
    private final BufferFactory<B> buffers;
    private final Handover<B> handover;
    private volatile @Nullable OpenFile current;
    private long position;
    private boolean looked;
    private boolean closed;

    private FileTail(EventLoop loop, Path path, TailOptions options, BufferFactory<B> buffers,
            Handover<B> handover) {
        this.loop = loop;
        this.name = Paths.name(path);
        this.directory = directory(path);
        this.path = directory.resolve(path.getFileName());
        this.options = options;
        this.buffers = buffers;
        this.handover = handover;
    }

    /** @param path names a file in a directory */
    public static <B> Flux<B> create(Supplier<EventLoop> loops, Path path, TailOptions options,
            BufferFactory<B> buffers) {
        return Guarded.<B>handingOver(buffers::release, handover -> Flux.usingWhen(
                Mono.fromSupplier(() -> new FileTail<>(loops.get(), path, options, buffers, handover)),
                FileTail::follow, FileTail::close));
    }

    /** Returns the directory that tells of changes. */
    private static Path directory(Path path) {
        Path parent = path.getParent();
        return parent == null ? Path.of(".") : parent;
    }

    /** What is known of a file at one moment. */
    private record Look(FileIdentity identity, int links, long sizeBytes) {

        private static final int STATX_MASK = FileIdentity.STATX_MASK | Statx.STATX_NLINK | Statx.STATX_SIZE;

        /** Reads struct statx. */
        static Look read(MemorySegment status) {
            return new Look(FileIdentity.read(status), Statx.links(status), Statx.sizeBytes(status));
        }
    }

    private Flux<B> follow() {
        Flux<Boolean> told = WatchFlux
                .create(loop, Paths.name(directory), directory, Kind.CREATED, Kind.MODIFIED, Kind.MOVED_TO,
                        Kind.DELETED)
                .filter(this::concerns).map(change -> true)
                // The directory is gone, and nothing more will be told.
                .concatWith(Mono.just(false));
        Flux<Boolean> besides = IntervalFlux.create(loop, options.checkEvery()).map(tick -> true);
        return Flux.merge(told, besides).takeUntil(more -> !more)
                // One look sees all that was told before it.
                .onBackpressureLatest().concatMap(more -> look(), 0);
    }

    private boolean concerns(DirectoryChange change) {
        return change.kind() == Kind.WATCHING || change.kind() == Kind.OVERFLOW || change.path().equals(path);
    }

    private Flux<B> look() {
        OpenFile file = current;
        return file == null ? open() : readOn(file).concatWith(Flux.defer(() -> turnToSuccessor(file)));
    }

    private Flux<B> open() {
        return OpenMono.create(loop, name, READING, (file, status, forceAsync) -> opened(file))
                .onErrorResume(NoSuchFileException.class, missing -> {
                    looked = true;
                    return Mono.empty();
                }).flatMapMany(this::readOn);
    }

    private OpenFile opened(OpenFile file) {
        if (closed) {
            file.close(result -> {
            });
        } else {
            current = file;
        }
        return file;
    }

    /** Reads from where the last read ended, or from the start of a file that became shorter. */
    private Flux<B> readOn(OpenFile file) {
        return now(file).flatMapMany(look -> {
            if (!look.identity().regular()) {
                return Flux.error(new FileSystemException(PathName.printable(name), null, "is not a regular file"));
            }
            if (!looked && options.newOnly()) {
                position = look.sizeBytes();
            }
            looked = true;
            if (look.sizeBytes() < position) {
                position = 0;
            }
            return look.sizeBytes() == position ? Flux.empty() : read(file);
        });
    }

    private Flux<B> read(OpenFile file) {
        Counted<B> counted = new Counted<>(buffers);
        ReadOptions reading = ReadOptions.defaults().withChunkBytes(options.chunkBytes()).from(position);
        return FileReadFlux.ofOpen(file, reading, counted).doOnNext(handover::offer)
                .doOnComplete(() -> position += counted.bytes);
    }

    /** Turns to the file that has the name now, when the open one is over. */
    private Flux<B> turnToSuccessor(OpenFile file) {
        return now(file).zipWith(named()).filter(both -> isOver(both.getT1(), both.getT2()))
                .flatMapMany(both -> readOn(file).concatWith(Flux.defer(() -> {
                    current = null;
                    position = 0;
                    return new FileUpkeep(file).close().thenMany(open());
                })));
    }

    /**
     * Says whether the open file is over. While the one that has its name is empty, it may still be written. One that was
     * deleted is let go: open, it would keep the kernel from telling that the directory is removed.
     */
    private static boolean isOver(Look open, Optional<Look> named) {
        return named.map(successor -> successor.sizeBytes() > 0 && !successor.identity().isSameFile(open.identity()))
                .orElse(open.links() == 0);
    }

    private Mono<Look> now(OpenFile file) {
        return OneShotMono.create(loop,
                (ring, actual) -> new StatOnce<>(file, actual, Look.STATX_MASK, Look::read));
    }

    private Mono<Optional<Look>> named() {
        Mono<Look> there = OneShotMono.create(loop,
                (ring, actual) -> new StatOnce<>(ring, name, actual, Look.STATX_MASK, Look::read));
        return there.map(Optional::of).defaultIfEmpty(Optional.empty());
    }

    /** Closes the file, one that is about to be opened included. */
    private Mono<Void> close() {
        return OnLoop.<Void>create(loop, sink -> {
            closed = true;
            OpenFile file = current;
            if (file == null) {
                sink.success();
            } else {
                file.close(result -> sink.success());
            }
            // A closed ring has closed its files.
        }).onErrorComplete(RejectedExecutionException.class);
    }

    /** Counts the bytes of the buffers it fills. */
    private static final class Counted<B> implements BufferFactory<B> {

        private final BufferFactory<B> buffers;
        private long bytes;

        Counted(BufferFactory<B> buffers) {
            this.buffers = buffers;
        }

        @Override
        public Lease<B> lease(int capacityBytes) {
            Lease<B> lease = buffers.lease(capacityBytes);
            return new Lease<>() {
                @Override
                public long address() {
                    return lease.address();
                }

                @Override
                public int capacityBytes() {
                    return lease.capacityBytes();
                }

                @Override
                public B fill(int lengthBytes) {
                    bytes += lengthBytes;
                    return lease.fill(lengthBytes);
                }

                @Override
                public boolean copies() {
                    return lease.copies();
                }

                @Override
                public void release() {
                    lease.release();
                }
            };
        }

        @Override
        public void release(B buffer) {
            buffers.release(buffer);
        }
    }
}
