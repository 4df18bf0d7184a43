package io.github.reactoruring.internal.spring.multipart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.internal.spring.Loans;
import io.github.reactoruring.internal.spring.LocalFiles;
import io.github.reactoruring.internal.spring.SecretNames;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Makes the files of large parts, in a directory of its own that nobody else can enter. The directory is made for the first
 * file, and again when somebody has cleaned up.
 */
public final class TemporaryFiles {

    private static final String PREFIX = "reactor-uring-multipart-";
    private static final int OWNER_ONLY = 0700;
    private static final WriteOptions WRITING = WriteOptions.defaults().withCreation(WriteOptions.Creation.NEW)
            .withPartial(WriteOptions.Partial.DELETE);

    private final Path parent;
    private final SecretNames names = new SecretNames();
    private final AtomicLong count = new AtomicLong();
    private final AtomicReference<@Nullable Directory> directory = new AtomicReference<>();

    /** @param parent where the directory is to be */
    public TemporaryFiles(Path parent) {
        if (!LocalFiles.isLocal(parent)) {
            throw new IllegalArgumentException("Not in the default filesystem: " + parent);
        }
        this.parent = parent;
    }

    /** Says whether the directory is, or would be, in {@code directory}. */
    public boolean areIn(Path directory) {
        return parent.equals(directory);
    }

    /** Returns the system's directory for such things. */
    public static Path systemDirectory() {
        return Path.of(System.getProperty("java.io.tmpdir"));
    }

    /**
     * Writes {@code content} to a new file; subscribes to it once, when the file is open. A cancel leaves no file, not even
     * one that was whole by then, unless its path has got through: no operator stands behind the one who decides.
     */
    Mono<Path> store(Uring uring, Publisher<DataBuffer> content) {
        return Mono.defer(() -> {
            AtomicReference<@Nullable Path> begun = new AtomicReference<>();
            AtomicBoolean decided = new AtomicBoolean();
            return store(uring, content, begun)
                    .filter(file -> decided.compareAndSet(false, true))
                    .doOnCancel(() -> {
                        Path file = begun.get();
                        if (decided.compareAndSet(false, true) && file != null) {
                            new PartContent.Deletion(uring, file, new AtomicBoolean()).run();
                        }
                    });
        });
    }

    private Mono<Path> store(Uring uring, Publisher<DataBuffer> content, AtomicReference<@Nullable Path> begun) {
        Directory present = present(uring);
        AtomicBoolean opened = new AtomicBoolean();
        Publisher<DataBuffer> source = Flux.from(content).doOnSubscribe(subscription -> opened.set(true));
        return write(uring, source, present, begun).onErrorResume(NoSuchFileException.class, gone -> {
            directory.compareAndSet(present, null);
            return opened.get() ? Mono.error(gone) : write(uring, source, present(uring), begun);
        });
    }

    private Mono<Path> write(Uring uring, Publisher<DataBuffer> content, Directory into,
            AtomicReference<@Nullable Path> begun) {
        return into.made().doOnError(error -> directory.compareAndSet(into, null)).flatMap(path -> {
            Path file = path.resolve(Long.toString(count.incrementAndGet()));
            begun.set(file);
            return uring.files().write(file, content, WRITING, Loans.ofAny()).thenReturn(file);
        });
    }

    private Directory present(Uring uring) {
        Directory present = directory.get();
        if (present == null) {
            Path path = parent.resolve(PREFIX + names.next());
            Mono<Path> making = uring.fileSystem().createDirectory(path, OWNER_ONLY).thenReturn(path).cache();
            Directory another = new Directory(path, making);
            present = directory.compareAndSet(null, another) ? another : directory.get();
        }
        return present == null ? present(uring) : present;
    }

    /** Removes the directory with whatever is left in it. Blocks. */
    public void remove() {
        Directory present = directory.getAndSet(null);
        if (present == null) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(present.path())) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(present.path());
        } catch (NoSuchFileException | NotDirectoryException e) {
            // Nothing was stored, or it was cleaned up.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Directory(Path path, Mono<Path> made) {
    }
}
