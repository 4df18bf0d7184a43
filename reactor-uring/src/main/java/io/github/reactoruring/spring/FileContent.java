package io.github.reactoruring.spring;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.ReadOptions;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;

/**
 * Is the content of a file that a writer still can pace, and read into its own response's buffers: after any operator it
 * is a Flux like any other.
 */
final class FileContent extends Flux<DataBuffer> implements Scannable {

    private final Uring uring;
    private final Path path;
    private final ReadOptions options;
    private final Flux<DataBuffer> content;

    private FileContent(Uring uring, Path path, ReadOptions options, DataBufferFactory factory) {
        this.uring = uring;
        this.path = path;
        this.options = options;
        content = uring.files().read(path, options, DataBuffers.of(factory));
    }

    static Flux<DataBuffer> create(Uring uring, Path path, ReadOptions options, DataBufferFactory factory) {
        return onAssembly(new FileContent(uring, path, options, factory));
    }

    /** Reads into buffers of {@code factory}, the response's, so that they are copied nowhere. */
    Flux<DataBuffer> paced(DataBufferFactory factory, int maxInFlightBytes) {
        int maxChunks = Math.max(1, maxInFlightBytes / options.chunkBytes());
        ReadOptions reading = options.withReadAheadBytes(Math.min(options.readAheadBytes(), maxInFlightBytes));
        return PacedBody.create(factory, maxChunks, PacedBody.UNKNOWN_LENGTH,
                buffers -> uring.files().read(path, reading, buffers));
    }

    @Override
    public void subscribe(CoreSubscriber<? super DataBuffer> actual) {
        content.subscribe(actual);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }
}
