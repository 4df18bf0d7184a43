package io.github.reactoruring.internal.facet;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

import io.github.reactoruring.file.DirectoryChange;
import io.github.reactoruring.file.DirectoryEntry;
import io.github.reactoruring.file.FileStat;
import io.github.reactoruring.file.UringFileSystem;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.source.path.BlockingCalls;
import io.github.reactoruring.internal.source.path.ExtendedAttribute;
import io.github.reactoruring.internal.source.path.PathChange;
import io.github.reactoruring.internal.source.path.PathRemoval;
import io.github.reactoruring.internal.source.path.PathStat;
import io.github.reactoruring.internal.source.path.Paths;
import io.github.reactoruring.internal.source.path.TreeRemoval;
import io.github.reactoruring.internal.source.path.TreeWalk;
import io.github.reactoruring.internal.source.watch.WatchFlux;
import io.github.reactoruring.raw.Opcode;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Works on paths, each operation on one of the rings. */
public final class RingFileSystem implements UringFileSystem {

    private static final int DEFAULT_DIRECTORY_MODE = 0777;
    private static final int MAX_MODE = 07777;

    private final Supplier<EventLoop> loops;
    private final Ring first;

    /**
     * Makes the facet.
     *
     * @param loops chooses the ring of each operation
     * @param first one of them: what it can do, all can; and whose kernel makes the calls that are no operations
     */
    public RingFileSystem(Supplier<EventLoop> loops, Ring first) {
        this.loops = loops;
        this.first = first;
    }

    @Override
    public Mono<FileStat> stat(Path path) {
        return PathStat.create(with(Opcode.STATX), Paths.name(path), true);
    }

    @Override
    public Mono<FileStat> lstat(Path path) {
        return PathStat.create(with(Opcode.STATX), Paths.name(path), false);
    }

    @Override
    public Mono<Boolean> exists(Path path) {
        return stat(path).map(stat -> true)
                .onErrorResume(NoSuchFileException.class, gone -> Mono.just(false))
                .onErrorResume(NotDirectoryException.class, gone -> Mono.just(false));
    }

    @Override
    public Mono<Void> createDirectory(Path path) {
        return createDirectory(path, DEFAULT_DIRECTORY_MODE);
    }

    @Override
    public Mono<Void> createDirectory(Path path, int mode) {
        if (mode < 0 || mode > MAX_MODE) {
            throw new IllegalArgumentException("mode must be 0 to 07777, not 0" + Integer.toOctalString(mode));
        }
        return PathChange.makeDirectory(with(Opcode.MKDIRAT), Paths.name(path), mode);
    }

    @Override
    public Mono<Void> createDirectories(Path path) {
        return ensureDirectory(path).onErrorResume(NoSuchFileException.class, missing -> {
            Path parent = path.toAbsolutePath().getParent();
            return parent == null ? Mono.error(missing) : createDirectories(parent).then(ensureDirectory(path));
        });
    }

    private Mono<Void> ensureDirectory(Path path) {
        return createDirectory(path).onErrorResume(FileAlreadyExistsException.class,
                exists -> stat(path).flatMap(stat -> stat.isDirectory() ? Mono.empty() : Mono.error(exists)));
    }

    @Override
    public Flux<DirectoryEntry> list(Path directory) {
        return BlockingCalls.list(Paths.name(directory), directory, true);
    }

    @Override
    public Flux<DirectoryEntry> walk(Path start) {
        return walk(start, Integer.MAX_VALUE, DEFAULT_CONCURRENCY);
    }

    @Override
    public Flux<DirectoryEntry> walk(Path start, int maxDepth, int concurrency) {
        if (maxDepth < 0) {
            throw new IllegalArgumentException("maxDepth must be 0 or more, not " + maxDepth);
        }
        checkConcurrency(concurrency);
        return entry(start).flatMapMany(entry -> TreeWalk.from(entry, maxDepth, concurrency));
    }

    private Mono<DirectoryEntry> entry(Path path) {
        return lstat(path).map(stat -> new DirectoryEntry(path, stat.type()));
    }

    @Override
    public Mono<Void> delete(Path path) {
        return PathRemoval.remove(with(Opcode.UNLINKAT), Paths.name(path));
    }

    @Override
    public Mono<Boolean> deleteIfExists(Path path) {
        return delete(path).thenReturn(true).onErrorResume(NoSuchFileException.class, gone -> Mono.just(false));
    }

    @Override
    public Mono<Long> deleteRecursively(Path start) {
        return deleteRecursively(start, DEFAULT_CONCURRENCY);
    }

    @Override
    public Mono<Long> deleteRecursively(Path start, int concurrency) {
        checkConcurrency(concurrency);
        Supplier<EventLoop> removing = with(Opcode.UNLINKAT);
        return entry(start).flatMap(entry -> TreeRemoval.of(removing, entry, concurrency));
    }

    @Override
    public Mono<Void> rename(Path from, Path to) {
        return rename(from, to, PathChange.RENAME_REPLACE);
    }

    @Override
    public Mono<Void> renameNoReplace(Path from, Path to) {
        return rename(from, to, PathChange.RENAME_NOREPLACE);
    }

    @Override
    public Mono<Void> exchange(Path one, Path other) {
        return rename(one, other, PathChange.RENAME_EXCHANGE);
    }

    private Mono<Void> rename(Path from, Path to, int flags) {
        return PathChange.rename(with(Opcode.RENAMEAT), Paths.name(from), Paths.name(to), flags);
    }

    @Override
    public Mono<Void> link(Path link, Path existing) {
        return PathChange.link(with(Opcode.LINKAT), Paths.name(link), Paths.name(existing));
    }

    @Override
    public Mono<Void> symbolicLink(Path link, Path target) {
        return PathChange.symbolicLink(with(Opcode.SYMLINKAT), Paths.name(link), Paths.text(target));
    }

    @Override
    public Mono<Path> readSymbolicLink(Path link) {
        Paths.name(link);
        return BlockingCalls.readSymbolicLink(link);
    }

    @Override
    public Mono<byte[]> getAttribute(Path path, String name) {
        return ExtendedAttribute.get(with(Opcode.GETXATTR), Paths.name(path), Objects.requireNonNull(name, "name"));
    }

    @Override
    public Mono<Void> setAttribute(Path path, String name, byte[] value) {
        return ExtendedAttribute.set(with(Opcode.SETXATTR), Paths.name(path), Objects.requireNonNull(name, "name"),
                Objects.requireNonNull(value, "value").clone());
    }

    @Override
    public Mono<List<String>> listAttributes(Path path) {
        return BlockingCalls.listAttributes(first.descriptors(), Paths.name(path));
    }

    @Override
    public Mono<Boolean> removeAttribute(Path path, String name) {
        return BlockingCalls.removeAttribute(first.descriptors(), Paths.name(path),
                Objects.requireNonNull(name, "name"));
    }

    @Override
    public Flux<DirectoryChange> watch(Path directory, DirectoryChange.Kind... kinds) {
        return WatchFlux.create(with(Opcode.READ), Paths.name(directory), directory, kinds);
    }

    private static void checkConcurrency(int concurrency) {
        if (concurrency < 1) {
            throw new IllegalArgumentException("concurrency must be 1 or more, not " + concurrency);
        }
    }

    /** Returns the rings, whose kernel has {@code opcode}. */
    private Supplier<EventLoop> with(Opcode opcode) {
        if (!first.features().supports(opcode.code())) {
            throw new UnsupportedOperationException(
                    "This kernel has no " + opcode + ", which came with Linux " + opcode.since());
        }
        return loops;
    }
}
