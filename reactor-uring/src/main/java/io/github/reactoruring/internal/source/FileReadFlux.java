package io.github.reactoruring.internal.source;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.internal.loop.EventLoop;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;

/**
 * Opens, reads in order with read-ahead, and closes a file for each subscriber.
 *
 * @param <B> the buffers' type
 */
public final class FileReadFlux<B> extends Flux<B> implements Scannable {

    private final EventLoop loop;
    private final String path;
    private final ReadOptions options;
    private final BufferFactory<B> buffers;

    private FileReadFlux(EventLoop loop, String path, ReadOptions options, BufferFactory<B> buffers) {
        this.loop = loop;
        this.path = path;
        this.options = options;
        this.buffers = buffers;
    }

    /** Makes a Flux of the content of {@code path}. */
    public static <B> Flux<B> create(EventLoop loop, String path, ReadOptions options, BufferFactory<B> buffers) {
        return onAssembly(new FileReadFlux<>(loop, path, options, buffers));
    }

    @Override
    public void subscribe(CoreSubscriber<? super B> actual) {
        actual.onSubscribe(new FileRead<>(loop, actual, path, options, buffers));
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }
}
