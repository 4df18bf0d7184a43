package io.github.reactoruring.internal.spring.download;

import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.internal.spring.LocalFiles;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A file on its way into a message: opened to be described, and read by whoever subscribes to the body.
 *
 * <p>That may be soon, later, more than once, or never: some messages only store their body (those of a mock server, of a
 * multipart body, of clients other than Reactor Netty's), and clients send it again. So the first subscription reads the
 * file that was opened, and closes it; each other one opens it anew. Whoever describes it closes it if nobody has
 * subscribed by the end of the writing.
 *
 * <p><b>Threads:</b> any.
 */
public final class SentFile {

    /** Stands for the size of a file that tells none, as those of /proc. */
    public static final long UNKNOWN_SIZE = -1;

    private final Uring uring;
    private final Path path;
    private final UringFile described;
    private final AtomicBoolean taken = new AtomicBoolean();
    private volatile long sizeBytes;

    public SentFile(Uring uring, Path path, UringFile described) {
        this.uring = uring;
        this.path = path;
        this.described = described;
        sizeBytes = described.openedSizeBytes();
    }

    public Path path() {
        return path;
    }

    /** Says whether it is a file at all, and finds out whether one that tells no size is empty. */
    public Mono<Boolean> look() {
        if (!described.isRegularFile() || sizeBytes > 0) {
            return Mono.just(described.isRegularFile());
        }
        return described.readAt(0, 1).map(some -> {
            sizeBytes = UNKNOWN_SIZE;
            return true;
        }).defaultIfEmpty(true);
    }

    /** Returns the size that is announced, or {@link #UNKNOWN_SIZE}. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** Has the response of a static resource say of this file what Spring says of its name. */
    public void validate(ServerHttpRequest request, HttpHeaders headers) {
        Validators.ofStaticResource(request, headers, described.openedModifiedTime());
    }

    /**
     * Returns which parts of it a request asks for.
     *
     * @param headers the response's, for If-Range
     * @return the parts; an empty list if none can be satisfied; null for the whole file
     */
    public @Nullable List<ByteRanges.Part> requested(ServerHttpRequest request, HttpHeaders headers) {
        return ByteRanges.requested(request, new Validators(headers, described.openedChangedTime(), Instant.now()),
                sizeBytes);
    }

    /** Emits what {@code content} reads, with a file that is open as long as the subscription lasts. */
    <T> Flux<T> read(Function<UringFile, Publisher<T>> content) {
        return Flux.defer(() -> taken.compareAndSet(false, true)
                ? LocalFiles.closing(described, content)
                : LocalFiles.use(uring.files().open(path).flatMap(this::unchanged), content));
    }

    /** As {@link #read}, of one value. */
    <T> Mono<T> readOne(Function<UringFile, Mono<T>> content) {
        return Mono.defer(() -> taken.compareAndSet(false, true)
                ? closing(described, content)
                : uring.files().open(path).flatMap(this::unchanged).flatMap(file -> closing(file, content)));
    }

    private static <T> Mono<T> closing(UringFile file, Function<UringFile, Mono<T>> content) {
        return Mono.defer(() -> content.apply(file)).doFinally(signal -> LocalFiles.close(file));
    }

    private Mono<UringFile> unchanged(UringFile file) {
        if (file.openedSizeBytes() == described.openedSizeBytes()) {
            return Mono.just(file);
        }
        LocalFiles.close(file);
        return Mono.error(new FileSystemException(path.toString(), null, "has another size, "
                + file.openedSizeBytes() + " bytes, than when it was announced: " + described.openedSizeBytes()));
    }

    /** Closes the file if nobody reads it. */
    public void close() {
        if (taken.compareAndSet(false, true)) {
            LocalFiles.close(described);
        }
    }
}
