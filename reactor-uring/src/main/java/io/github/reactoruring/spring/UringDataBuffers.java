package io.github.reactoruring.spring;

import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.io.Resource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DataBufferUtils;

import io.github.reactoruring.Uring;
import io.github.reactoruring.UringUnavailableException;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.ReplaceOptions;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.internal.spring.FileContent;
import io.github.reactoruring.internal.spring.Loans;
import io.github.reactoruring.internal.spring.LocalFiles;
import io.github.reactoruring.internal.spring.OpenOptionNames;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reads and writes files as {@link DataBufferUtils} does, with the same signatures, through the ring.
 *
 * <p>What differs: no thread waits for the disk, and none for a cancel. A write that is disposed of cancels its source. With
 * a {@link org.springframework.core.io.buffer.NettyDataBufferFactory} the kernel reads straight into Netty's memory, and
 * writes straight from it.
 *
 * <p>The methods without a {@link Uring} use {@link Uring#shared()}, and {@link DataBufferUtils} itself where there is no
 * io_uring; those with one use {@link DataBufferUtils} where it is null, or has {@linkplain Uring#failureCause() failed}.
 * So what is written against this class runs everywhere.
 *
 * <p><b>Buffers:</b> of a read, each belongs to the subscriber, who releases it; of a write, the source's are released.
 */
public final class UringDataBuffers {

    private static final Set<OpenOption> READING = Set.of(StandardOpenOption.READ);

    private UringDataBuffers() {
    }

    // ---- Reading

    /** Reads a file by the shared ring; see {@link #read(Uring, Path, DataBufferFactory, int, OpenOption...)}. */
    public static Flux<DataBuffer> read(Path path, DataBufferFactory bufferFactory, int bufferSize,
            OpenOption... options) {
        return read(sharedOrNone(), path, bufferFactory, bufferSize, options);
    }

    /**
     * Reads a file in order, as {@link DataBufferUtils#read(Path, DataBufferFactory, int, OpenOption...)}.
     *
     * <p><b>Demand, cancellation:</b> as {@link io.github.reactoruring.file.UringFiles#read}.
     *
     * @param uring the ring, or null for {@link DataBufferUtils}
     * @param bufferSize the size of each buffer but the last
     * @param options as for {@link io.github.reactoruring.file.UringFiles#open}; none to write with
     */
    public static Flux<DataBuffer> read(@Nullable Uring uring, Path path, DataBufferFactory bufferFactory,
            int bufferSize, OpenOption... options) {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(bufferFactory, "bufferFactory");
        OpenOptionNames.requireAll(options);
        if (uring == null || !LocalFiles.canUse(uring) || !LocalFiles.isLocal(path)) {
            return DataBufferUtils.read(path, bufferFactory, bufferSize, options);
        }
        List<OpenOption> given = List.of(options);
        if (given.contains(StandardOpenOption.WRITE) || given.contains(StandardOpenOption.APPEND)) {
            throw new IllegalArgumentException("WRITE and APPEND are not allowed");
        }
        ReadOptions reading = reading(bufferSize, 0);
        if (READING.containsAll(given)) {
            return FileContent.create(uring, path, reading, bufferFactory);
        }
        DataBuffers buffers = DataBuffers.of(bufferFactory);
        return LocalFiles.use(uring.files().open(path, options), file -> file.content(reading, buffers));
    }

    /** Reads a resource by the shared ring; see {@link #read(Uring, Resource, long, DataBufferFactory, int)}. */
    public static Flux<DataBuffer> read(Resource resource, DataBufferFactory bufferFactory, int bufferSize) {
        return read(resource, 0, bufferFactory, bufferSize);
    }

    /** Reads a resource by the shared ring; see {@link #read(Uring, Resource, long, DataBufferFactory, int)}. */
    public static Flux<DataBuffer> read(Resource resource, long position, DataBufferFactory bufferFactory,
            int bufferSize) {
        return read(sharedOrNone(), resource, position, bufferFactory, bufferSize);
    }

    /**
     * Reads a resource from {@code position} on, as
     * {@link DataBufferUtils#read(Resource, long, DataBufferFactory, int)}: through the ring if it is a file on a disk, else
     * by {@link DataBufferUtils}.
     *
     * @param uring the ring, or null for {@link DataBufferUtils}
     * @param bufferSize the size of each buffer but the last
     */
    public static Flux<DataBuffer> read(@Nullable Uring uring, Resource resource, long position,
            DataBufferFactory bufferFactory, int bufferSize) {
        Objects.requireNonNull(resource, "resource");
        Objects.requireNonNull(bufferFactory, "bufferFactory");
        Path path = LocalFiles.canUse(uring) ? LocalFiles.pathOf(resource) : null;
        if (uring == null || path == null) {
            return DataBufferUtils.read(resource, position, bufferFactory, bufferSize);
        }
        return FileContent.create(uring, path, reading(bufferSize, position), bufferFactory);
    }

    private static ReadOptions reading(int bufferSize, long position) {
        return ReadOptions.defaults().withChunkBytes(bufferSize).from(position);
    }

    // ---- Writing

    /** Writes to a file by the shared ring; see {@link #write(Uring, Publisher, Path, OpenOption...)}. */
    public static Mono<Void> write(Publisher<DataBuffer> source, Path destination, OpenOption... options) {
        return write(sharedOrNone(), source, destination, options);
    }

    /**
     * Writes what {@code source} emits to a file, as {@link DataBufferUtils#write(Publisher, Path, OpenOption...)}.
     *
     * <p><b>Cancellation:</b> cancels the source, releases what it has emitted, and closes the file, which stays as far as
     * it was written; {@link #write(Uring, Publisher, Path, WriteOptions)} can delete it.
     *
     * @param uring the ring, or null for {@link DataBufferUtils}
     * @param options none for CREATE, TRUNCATE_EXISTING and WRITE. Beyond the standard ones for writing, SYNC and DSYNC are
     *     known, and done once at the end; with any other, {@link DataBufferUtils} does the work
     * @throws IllegalArgumentException if READ is among the options, or they contradict each other
     */
    public static Mono<Void> write(@Nullable Uring uring, Publisher<DataBuffer> source, Path destination,
            OpenOption... options) {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(destination, "destination");
        OpenOptionNames.requireAll(options);
        WriteOptions writing = LocalFiles.canUse(uring) && LocalFiles.isLocal(destination)
                ? OpenOptionNames.writing(options)
                : null;
        if (uring == null || writing == null) {
            return DataBufferUtils.write(source, destination, options);
        }
        return write(uring, source, destination, writing).then();
    }

    /**
     * Writes what {@code source} emits to a file, with all that {@link WriteOptions} can say: an upload that is aborted
     * leaves nothing with {@link WriteOptions.Partial#DELETE}.
     *
     * @return emits the number of bytes
     */
    public static Mono<Long> write(Uring uring, Publisher<? extends DataBuffer> source, Path destination,
            WriteOptions options) {
        return Objects.requireNonNull(uring, "uring").files().write(destination, source, options, Loans.ofAny());
    }

    /** Replaces a file, durably; see {@link #replace(Uring, Publisher, Path, ReplaceOptions)}. */
    public static Mono<Long> replace(Uring uring, Publisher<? extends DataBuffer> source, Path destination) {
        return replace(uring, source, destination, ReplaceOptions.defaults());
    }

    /**
     * Replaces a file, or makes a new one, at once and only when all of {@code source} is there, as
     * {@link io.github.reactoruring.file.UringFiles#replace(Path, Publisher, ReplaceOptions,
     * io.github.reactoruring.buffer.BufferReader)}.
     *
     * @return emits the number of bytes
     */
    public static Mono<Long> replace(Uring uring, Publisher<? extends DataBuffer> source, Path destination,
            ReplaceOptions options) {
        return Objects.requireNonNull(uring, "uring").files().replace(destination, source, options, Loans.ofAny());
    }

    private static @Nullable Uring sharedOrNone() {
        try {
            return Uring.isAvailable() ? Uring.shared() : null;
        } catch (UringUnavailableException e) {
            // It has failed, and there is no other to be had.
            return null;
        }
    }
}
