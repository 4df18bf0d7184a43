package io.github.reactoruring.internal.source.read;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;

/**
 * Opens, reads in order with read-ahead, and closes a file for each subscriber.
 *
 * @param <B> the buffers' type
 */
public final class FileReadFlux<B> extends Flux<B> implements Scannable {

    private final Supplier<EventLoop> loops;
    private final String path;
    private final ReadOptions options;
    private final BufferFactory<B> buffers;
    private final @Nullable OpenFile lent;

    private FileReadFlux(Supplier<EventLoop> loops, String path, ReadOptions options, BufferFactory<B> buffers,
            @Nullable OpenFile lent) {
        this.loops = loops;
        this.path = path;
        this.options = options;
        this.buffers = buffers;
        this.lent = lent;
    }

    /** Makes a Flux of the content of {@code path}. */
    public static <B> Flux<B> create(Supplier<EventLoop> loops, String path, ReadOptions options,
            BufferFactory<B> buffers) {
        return onAssembly(new FileReadFlux<>(loops, path, options, buffers, null));
    }

    /** Makes a Flux of the content of a file that is open, no direct descriptor, and stays open until the Flux ends. */
    public static <B> Flux<B> ofOpen(OpenFile file, ReadOptions options, BufferFactory<B> buffers) {
        return onAssembly(new FileReadFlux<>(file.loop(), file.name(), options, buffers, file));
    }

    @Override
    public void subscribe(CoreSubscriber<? super B> actual) {
        actual.onSubscribe(lent == null
                ? new Reading<>(loops.get(), actual, path, options, buffers)
                : new Reading<>(lent, actual, options, buffers));
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }
}
