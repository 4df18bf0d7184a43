package io.github.reactoruring.internal.facet;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.FileReadOnce;
import io.github.reactoruring.internal.source.FileWrite;
import io.github.reactoruring.internal.source.LoopMono;
import io.github.reactoruring.internal.source.MultishotFlux;
import io.github.reactoruring.internal.source.OneShotMono;
import io.github.reactoruring.internal.source.StreamRead;
import io.github.reactoruring.internal.sys.IoUringAbi;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** An open file on its ring. */
final class RingFile implements UringFile {

    private static final long CURRENT = -1;
    private static final int STREAM_CHUNK_BYTES = 8192;

    private final OpenFile file;
    private final boolean forceAsync;
    private final @Nullable Duration deadline;

    RingFile(OpenFile file, boolean forceAsync) {
        this(file, forceAsync, null);
    }

    private RingFile(OpenFile file, boolean forceAsync, @Nullable Duration deadline) {
        this.file = file;
        this.forceAsync = forceAsync;
        this.deadline = deadline;
    }

    @Override
    public Mono<ByteBuffer> read(int maxBytes) {
        return read(maxBytes, BufferFactory.heap());
    }

    @Override
    public Mono<ByteBuffer> readAt(long position, int maxBytes) {
        return readAt(position, maxBytes, BufferFactory.heap());
    }

    @Override
    public <B> Mono<B> read(int maxBytes, BufferFactory<B> buffers) {
        return readFrom(CURRENT, maxBytes, buffers);
    }

    @Override
    public <B> Mono<B> readAt(long position, int maxBytes, BufferFactory<B> buffers) {
        checkPosition(position);
        return readFrom(position, maxBytes, buffers);
    }

    private <B> Mono<B> readFrom(long position, int maxBytes, BufferFactory<B> buffers) {
        Objects.requireNonNull(buffers, "buffers");
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes must be 1 or more, not " + maxBytes);
        }
        return OneShotMono.create(file.loop(),
                (loop, actual) -> new FileReadOnce<>(file, forceAsync, actual, position, maxBytes, buffers)
                        .withDeadline(deadline));
    }

    @Override
    public Flux<ByteBuffer> stream() {
        return stream(BufferFactory.heap());
    }

    @Override
    public <B> Flux<B> stream(BufferFactory<B> buffers) {
        Objects.requireNonNull(buffers, "buffers");
        if (file.loop().ring().features().supports(IoUringAbi.IORING_OP_READ_MULTISHOT)) {
            return MultishotFlux.create(file.loop(), () -> new StreamRead<>(file, buffers));
        }
        return Flux.defer(() -> {
            AtomicBoolean ended = new AtomicBoolean();
            return read(STREAM_CHUNK_BYTES, buffers)
                    .switchIfEmpty(Mono.fromRunnable(() -> ended.set(true)))
                    .repeat(() -> !ended.get());
        });
    }

    @Override
    public Flux<ByteBuffer> readEach(Publisher<Long> positions, int maxBytes, int concurrency) {
        return readEach(positions, maxBytes, concurrency, BufferFactory.heap());
    }

    @Override
    public <B> Flux<B> readEach(Publisher<Long> positions, int maxBytes, int concurrency, BufferFactory<B> buffers) {
        if (maxBytes < 1 || concurrency < 1) {
            throw new IllegalArgumentException("maxBytes and concurrency must be 1 or more, not " + maxBytes + " and "
                    + concurrency);
        }
        return Flux.from(positions).flatMapSequential(position -> readAt(position, maxBytes, buffers), concurrency, 1);
    }

    @Override
    public Mono<Integer> write(ByteBuffer data) {
        return writeFrom(CURRENT, data);
    }

    @Override
    public Mono<Integer> writeAt(long position, ByteBuffer data) {
        checkPosition(position);
        return writeFrom(position, data);
    }

    private Mono<Integer> writeFrom(long position, ByteBuffer data) {
        ByteBuffer bytes = data.slice();
        if (!bytes.hasRemaining()) {
            return Mono.just(0);
        }
        return OneShotMono.create(file.loop(),
                (loop, actual) -> new FileWrite(file, forceAsync, actual, position, bytes).withDeadline(deadline));
    }

    @Override
    public UringFile withDeadline(Duration newDeadline) {
        if (!newDeadline.isPositive()) {
            throw new IllegalArgumentException("deadline must be more than zero, not " + newDeadline);
        }
        return new RingFile(file, forceAsync, newDeadline);
    }

    @Override
    public Mono<Void> close() {
        return LoopMono.create(file.loop(), sink -> file.close(result -> {
            if (result < 0) {
                sink.error(Errors.ofPath(-result, "CLOSE", file.name()));
            } else {
                sink.success();
            }
        }));
    }

    private static void checkPosition(long position) {
        if (position < 0) {
            throw new IllegalArgumentException("position must be 0 or more, not " + position);
        }
    }

    @Override
    public String toString() {
        return "UringFile(" + file.name() + ")";
    }
}
