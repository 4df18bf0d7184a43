package io.github.reactoruring.internal.facet;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.file.Advice;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.source.Guarded;
import io.github.reactoruring.internal.source.MultishotFlux;
import io.github.reactoruring.internal.source.OneShotMono;
import io.github.reactoruring.internal.source.buffer.RegisteredPool;
import io.github.reactoruring.internal.source.file.Alignment;
import io.github.reactoruring.internal.source.file.FileUpkeep;
import io.github.reactoruring.internal.source.read.FileReadFlux;
import io.github.reactoruring.internal.source.read.FirstWriter;
import io.github.reactoruring.internal.source.read.ReadOnce;
import io.github.reactoruring.internal.source.read.StreamRead;
import io.github.reactoruring.internal.source.write.Splice;
import io.github.reactoruring.internal.source.write.WriteOnce;
import io.github.reactoruring.internal.sys.FileStatus;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.OpenFlags;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** An open file on its ring. */
final class RingFile implements UringFile {

    private static final long CURRENT = -1;
    private static final int STREAM_CHUNK_BYTES = 8192;
    private static final FileStatus PIPE = new FileStatus(false, false, 0, 0, true);

    private final OpenFile file;
    private final FileStatus opened;
    private final boolean forceAsync;
    private final Alignment alignment;
    private final @Nullable Duration deadline;
    private final FileUpkeep upkeep;
    /** Of a FIFO, or what else may have nothing yet; null where an empty read is the end from the beginning. */
    private final @Nullable FirstWriter firstWriter;

    /** Describes an end of a pipe, whose other end is there. */
    RingFile(OpenFile file, boolean forceAsync) {
        this(file, PIPE, forceAsync, Alignment.NONE, null, null);
    }

    RingFile(OpenFile file, FileStatus opened, boolean forceAsync, Alignment alignment) {
        this(file, opened, forceAsync, alignment, null,
                opened.seekable() || isWrittenOnly(file) ? null : new FirstWriter(file));
    }

    /** To read from that is an error, and not waited for. */
    private static boolean isWrittenOnly(OpenFile file) {
        return (file.traits().openFlags() & OpenFlags.O_WRONLY) != 0;
    }

    private RingFile(OpenFile file, FileStatus opened, boolean forceAsync, Alignment alignment,
            @Nullable Duration deadline, @Nullable FirstWriter firstWriter) {
        this.firstWriter = firstWriter;
        this.file = file;
        this.opened = opened;
        this.forceAsync = forceAsync;
        this.alignment = alignment;
        this.deadline = deadline;
        upkeep = new FileUpkeep(file);
    }

    // ---- Reading

    @Override
    public <B> Mono<B> read(int maxBytes, BufferFactory<B> buffers) {
        return readFrom(CURRENT, maxBytes, buffers);
    }

    @Override
    public <B> Mono<B> readAt(long position, int maxBytes, BufferFactory<B> buffers) {
        FileUpkeep.notNegative("position", position);
        return readFrom(position, maxBytes, buffers);
    }

    private <B> Mono<B> readFrom(long position, int maxBytes, BufferFactory<B> buffers) {
        Objects.requireNonNull(buffers, "buffers");
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes must be 1 or more, not " + maxBytes);
        }
        alignment.check(position, maxBytes);
        checkCapacity(buffers, maxBytes);
        BufferFactory<B> aligned = alignment.check(buffers);
        return waiting(OneShotMono.create(file.loop(),
                (loop, actual) -> new ReadOnce<>(file, forceAsync, actual, position, maxBytes, aligned)
                        .withDeadline(deadline)));
    }

    private <T> Mono<T> waiting(Mono<T> reading) {
        return firstWriter == null ? reading : firstWriter.before(reading, deadline);
    }

    static void checkCapacity(BufferFactory<?> buffers, int capacityBytes) {
        if (buffers instanceof RegisteredPool pool) {
            pool.checkCapacity(capacityBytes);
        }
    }

    @Override
    public <B> Flux<B> stream(BufferFactory<B> buffers) {
        Objects.requireNonNull(buffers, "buffers");
        // Of a FIFO no READ_MULTISHOT sees the end: the kernel takes it for one that cannot be read from yet.
        if (firstWriter == null && file.loop().ring().features().supports(IoUringAbi.IORING_OP_READ_MULTISHOT)) {
            return MultishotFlux.create(file.loop(), loop -> new StreamRead<>(file, buffers));
        }
        return Guarded.create(Flux.defer(() -> {
            AtomicBoolean ended = new AtomicBoolean();
            return read(STREAM_CHUNK_BYTES, buffers)
                    .switchIfEmpty(Mono.fromRunnable(() -> ended.set(true)))
                    .repeat(() -> !ended.get());
        }));
    }

    @Override
    public <B> Flux<B> readEach(Publisher<Long> positions, int maxBytes, int concurrency, BufferFactory<B> buffers) {
        if (maxBytes < 1 || concurrency < 1) {
            throw new IllegalArgumentException("maxBytes and concurrency must be 1 or more, not " + maxBytes + " and "
                    + concurrency);
        }
        Objects.requireNonNull(positions, "positions");
        Objects.requireNonNull(buffers, "buffers");
        return Guarded.<B>handingOver(buffers::release, handover -> Flux.from(positions).flatMapSequential(
                position -> readAt(Objects.requireNonNull(position, "A position is null"), maxBytes, buffers)
                        .doOnNext(handover::offer),
                concurrency, 1));
    }

    @Override
    public <B> Flux<B> content(ReadOptions options, BufferFactory<B> buffers) {
        Objects.requireNonNull(options, "options");
        Objects.requireNonNull(buffers, "buffers");
        if (file.fixed()) {
            throw new UnsupportedOperationException("A direct descriptor is not streamed: use readEach, or open "
                    + file.name() + " with UringFiles.open");
        }
        alignment.check(options.position(), options.chunkBytes());
        if (options.length() != Long.MAX_VALUE) {
            alignment.check(options.position(), options.length());
        }
        checkCapacity(buffers, options.chunkBytes());
        return FileReadFlux.ofOpen(file, options.withDirect(alignment.bytes() > 1), buffers);
    }

    // ---- Writing

    @Override
    public Mono<Long> write(List<ByteBuffer> data) {
        return writeTo(CURRENT, data);
    }

    @Override
    public Mono<Long> writeAt(long position, List<ByteBuffer> data) {
        FileUpkeep.notNegative("position", position);
        return writeTo(position, data);
    }

    private Mono<Long> writeTo(long position, List<ByteBuffer> data) {
        Objects.requireNonNull(data, "data");
        List<ByteBuffer> slices = new ArrayList<>(data.size());
        for (ByteBuffer each : data) {
            if (Objects.requireNonNull(each, "one of the buffers").hasRemaining()) {
                ByteBuffer slice = each.slice();
                alignment.check(position, slice.remaining());
                alignment.checkAddress(slice);
                slices.add(slice);
            }
        }
        if (slices.size() > WriteOnce.MOST_BUFFERS) {
            throw new IllegalArgumentException("One write takes up to " + WriteOnce.MOST_BUFFERS + " buffers, not "
                    + slices.size());
        }
        if (slices.isEmpty()) {
            return Mono.just(0L);
        }
        return OneShotMono.create(file.loop(),
                (loop, actual) -> new WriteOnce<>(file, forceAsync, actual, position, slices, alignment.reader(),
                        loan -> {
                        }).withDeadline(deadline));
    }

    @Override
    public <B> Mono<Long> write(B data, BufferReader<? super B> reader) {
        return writeFrom(CURRENT, data, reader);
    }

    @Override
    public <B> Mono<Long> writeAt(long position, B data, BufferReader<? super B> reader) {
        FileUpkeep.notNegative("position", position);
        return writeFrom(position, data, reader);
    }

    private <B> Mono<Long> writeFrom(long position, B data, BufferReader<? super B> reader) {
        Objects.requireNonNull(reader, "reader");
        List<B> only = List.of(Objects.requireNonNull(data, "data"));
        return OneShotMono.create(file.loop(),
                (loop, actual) -> new WriteOnce<>(file, forceAsync, actual, position, only, reader,
                        loan -> alignment.check(position, loan)).withDeadline(deadline));
    }

    // ---- Moving

    @Override
    public Mono<Long> transferTo(UringFile target, long maxBytes) {
        return transferTo(CURRENT, target, CURRENT, maxBytes);
    }

    @Override
    public Mono<Long> transferTo(long position, UringFile target, long targetPosition, long maxBytes) {
        Objects.requireNonNull(target, "target");
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes must be 1 or more, not " + maxBytes);
        }
        if (position < CURRENT || targetPosition < CURRENT) {
            throw new IllegalArgumentException("A position must be 0 or more, or -1 for the current one, not "
                    + Math.min(position, targetPosition));
        }
        if (!(target instanceof RingFile other) || other.file.loop() != file.loop()) {
            throw new IllegalArgumentException(this + " and " + target + " are of different rings: bytes move between"
                    + " files of one ring, such as those opened on its thread, or of a Uring with one ring");
        }
        return waiting(OneShotMono.create(file.loop(), (loop, actual) -> new Splice(file, position, other.file,
                targetPosition, maxBytes, actual).withDeadline(deadline)));
    }

    // ---- Upkeep

    @Override
    public Mono<Void> fsync() {
        return upkeep.sync(false);
    }

    @Override
    public Mono<Void> fdatasync() {
        return upkeep.sync(true);
    }

    @Override
    public Mono<Void> allocate(long position, long length) {
        return upkeep.allocate(position, length);
    }

    @Override
    public Mono<Void> truncate(long size) {
        return upkeep.truncate(size);
    }

    @Override
    public Mono<Void> advise(long position, long length, Advice advice) {
        return upkeep.advise(position, length, advice);
    }

    @Override
    public Mono<Long> size() {
        return upkeep.size();
    }

    @Override
    public boolean isRegularFile() {
        return opened.regular();
    }

    @Override
    public long openedSizeBytes() {
        return opened.sizeBytes();
    }

    @Override
    public Instant openedModifiedTime() {
        return opened.modified();
    }

    @Override
    public Instant openedChangedTime() {
        return opened.changed();
    }

    @Override
    public Mono<byte[]> getAttribute(String name) {
        return upkeep.getAttribute(name);
    }

    @Override
    public Mono<Void> setAttribute(String name, byte[] value) {
        return upkeep.setAttribute(name, value);
    }

    @Override
    public int alignmentBytes() {
        return alignment.bytes();
    }

    @Override
    public UringFile withDeadline(Duration newDeadline) {
        Objects.requireNonNull(newDeadline, "deadline");
        if (!newDeadline.isPositive()) {
            throw new IllegalArgumentException("deadline must be more than zero, not " + newDeadline);
        }
        return new RingFile(file, opened, forceAsync, alignment, newDeadline, firstWriter);
    }

    @Override
    public Mono<Void> close() {
        return upkeep.close();
    }

    @Override
    public String toString() {
        return "UringFile(" + file.name() + ")";
    }
}
