package io.github.reactoruring.internal.source.write;

import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.file.ReplaceOptions;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.source.write.Writing.WritePlan;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/**
 * Writes a source of buffers to a file for each subscriber, and emits the number of bytes.
 *
 * @param <B> the buffers' type
 */
public final class WriteMono<B> extends Mono<Long> implements Scannable {

    private static final int NEW_MODE = 0666;

    private final Supplier<EventLoop> loops;
    private final Publisher<? extends B> source;
    private final BufferReader<? super B> reader;
    private final Function<EventLoop, WriteTarget> target;
    private final WritePlan plan;

    private WriteMono(Supplier<EventLoop> loops, Publisher<? extends B> source, BufferReader<? super B> reader,
            Function<EventLoop, WriteTarget> target, WritePlan plan) {
        this.loops = loops;
        this.source = source;
        this.reader = reader;
        this.target = target;
        this.plan = plan;
    }

    /** Makes a Mono that writes {@code source} to {@code path}. */
    public static <B> Mono<Long> write(Supplier<EventLoop> loops, String path, Publisher<? extends B> source,
            WriteOptions options, BufferReader<? super B> reader) {
        return write(loops, path, source, options, reader, NEW_MODE);
    }

    /** Makes a Mono that writes {@code source} to {@code path}; a new file has {@code mode}, less the umask. */
    static <B> Mono<Long> write(Supplier<EventLoop> loops, String path, Publisher<? extends B> source,
            WriteOptions options, BufferReader<? super B> reader, int mode) {
        WritePlan plan = new WritePlan(options.position(), options.start() == WriteOptions.Start.APPEND,
                options.maxInFlight());
        return onAssembly(new WriteMono<>(loops, source, reader, loop -> new PathTarget(loop, path, options, mode),
                plan));
    }

    /** Makes a Mono that replaces what is at {@code path} by {@code source}. */
    public static <B> Mono<Long> replace(Supplier<EventLoop> loops, String path, Publisher<? extends B> source,
            ReplaceOptions options, BufferReader<? super B> reader) {
        WritePlan plan = new WritePlan(0, false, options.maxInFlight());
        return onAssembly(new WriteMono<>(loops, source, reader,
                loop -> new ReplaceTarget(loop, path, options.durable()), plan));
    }

    @Override
    public void subscribe(CoreSubscriber<? super Long> actual) {
        Writing<?> writing;
        try {
            EventLoop loop = loops.get();
            writing = new Writing<>(loop, actual, source, reader, target.apply(loop), plan);
        } catch (Throwable t) {
            // A hook of the application's (Schedulers.onScheduleHook): whoever is thrown at here may tell nobody.
            Operators.error(actual, t);
            return;
        }
        actual.onSubscribe(writing);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        if (key == Attr.PARENT) {
            return source;
        }
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }
}
