package io.github.reactoruring.internal.spring;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.ReactiveHttpOutputMessage;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.ReadOptions;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;

/**
 * Reads a file, and lets a writer that gets it as it is pace it, and read into its own response's buffers: after any
 * operator it is a Flux like any other.
 */
public final class FileContent extends Flux<DataBuffer> implements Scannable {

    private final Uring uring;
    private final Path path;
    private final ReadOptions options;
    private final DataBufferFactory factory;
    private final Flux<DataBuffer> content;

    private FileContent(Uring uring, Path path, ReadOptions options, DataBufferFactory factory) {
        this.uring = uring;
        this.path = path;
        this.options = options;
        this.factory = factory;
        content = uring.files().read(path, options, Leases.of(factory));
    }

    public static Flux<DataBuffer> create(Uring uring, Path path, ReadOptions options, DataBufferFactory factory) {
        return onAssembly(new FileContent(uring, path, options, factory));
    }

    /** Reads into buffers of {@code message}, whose body it is to be, so that they are copied nowhere. */
    public Flux<DataBuffer> paced(ReactiveHttpOutputMessage message, int maxInFlightBytes) {
        int maxChunks = Math.max(1, maxInFlightBytes / options.chunkBytes());
        ReadOptions reading = options.withReadAheadBytes(Math.min(options.readAheadBytes(), maxInFlightBytes));
        Flux<DataBuffer> paced = PacedBody.create(message,
                new PacedBody.Bounds(path, maxChunks, PacedBody.UNKNOWN_LENGTH),
                buffers -> uring.files().read(path, reading, buffers));
        return Flux.defer(() -> LocalFiles.canUse(uring) ? paced : byOtherMeans(message.bufferFactory()));
    }

    /** A ring may fail between assembly and subscription. */
    private Flux<DataBuffer> byOtherMeans(DataBufferFactory buffers) {
        return DataBufferUtils.read(new FileSystemResource(path), options.position(), buffers, options.chunkBytes());
    }

    @Override
    public void subscribe(CoreSubscriber<? super DataBuffer> actual) {
        (LocalFiles.canUse(uring) ? content : byOtherMeans(factory)).subscribe(actual);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }
}
