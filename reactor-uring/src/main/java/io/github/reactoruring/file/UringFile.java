package io.github.reactoruring.file;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

import org.reactivestreams.Publisher;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.buffer.BufferReader;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * An open file or pipe. Its descriptor never leaves the library, so that a batch of disposals on it can become a single
 * cancel by file.
 *
 * <p>Positions are in bytes. A pipe has none: use the methods without.
 *
 * <p><b>Threading:</b> any; operations may overlap, and overlapping ones without a position race for it.
 */
public interface UringFile {

    /** Reads up to {@code maxBytes} at the current position into a heap buffer; see {@link #readAt(long, int, BufferFactory)}. */
    default Mono<ByteBuffer> read(int maxBytes) {
        return read(maxBytes, BufferFactory.heap());
    }

    /** Reads up to {@code maxBytes} at {@code position} into a heap buffer; see {@link #readAt(long, int, BufferFactory)}. */
    default Mono<ByteBuffer> readAt(long position, int maxBytes) {
        return readAt(position, maxBytes, BufferFactory.heap());
    }

    /** Reads at the current position; see {@link #readAt(long, int, BufferFactory)}. */
    <B> Mono<B> read(int maxBytes, BufferFactory<B> buffers);

    /**
     * Reads once at {@code position}.
     *
     * <p><b>Cancellation:</b> a pending read of a pipe is cancelled and takes no data; one of a regular file ends by
     * itself, and its buffer lives until then.
     *
     * @return a buffer of 1..maxBytes bytes, owned by the subscriber; empty at the end of the file
     * @throws IllegalArgumentException if position is negative or maxBytes less than 1
     */
    <B> Mono<B> readAt(long position, int maxBytes, BufferFactory<B> buffers);

    /** Streams a pipe into heap buffers; see {@link #stream(BufferFactory)}. */
    default Flux<ByteBuffer> stream() {
        return stream(BufferFactory.heap());
    }

    /**
     * Emits whatever arrives on a pipe, FIFO, terminal or the like, until its end. Of a FIFO that nobody has written to yet the
     * first read waits for a writer, as open(2) does.
     *
     * <p><b>Demand:</b> of a pipe one multishot request, which takes buffers only when data is there (READ_MULTISHOT, Linux
     * 6.7). Up to 256 chunks are buffered beyond the demand; then the kernel keeps the data. Before, and of what was opened by
     * its path, one READ after another, as they are demanded.
     *
     * <p><b>Cancellation:</b> the request is cancelled; data that has been read by then is discarded.
     *
     * @return buffers of 1..8192 bytes, each owned by the subscriber
     */
    <B> Flux<B> stream(BufferFactory<B> buffers);

    /** Reads into heap buffers at each position; see {@link #readEach(Publisher, int, int, BufferFactory)}. */
    default Flux<ByteBuffer> readEach(Publisher<Long> positions, int maxBytes, int concurrency) {
        return readEach(positions, maxBytes, concurrency, BufferFactory.heap());
    }

    /**
     * Reads at each of {@code positions}, up to {@code concurrency} at a time, and emits in the order of the positions. A
     * position at or behind the end gives nothing. For the order of completion:
     * {@code Flux.from(positions).flatMap(position -> file.readAt(position, maxBytes), concurrency)}.
     *
     * <p><b>Demand:</b> at most {@code concurrency} reads are in flight or buffered. <b>Cancellation:</b> of all of them.
     *
     * @throws IllegalArgumentException if maxBytes or concurrency is less than 1
     */
    <B> Flux<B> readEach(Publisher<Long> positions, int maxBytes, int concurrency, BufferFactory<B> buffers);

    /**
     * Reads the file in order with read-ahead, as {@link UringFiles#read(java.nio.file.Path, ReadOptions, BufferFactory)}
     * does, but leaves it open. It must stay open until the Flux ends. Several may read at once, each at its own place.
     *
     * @throws UnsupportedOperationException for a file opened by {@link UringFiles#openDirect}
     */
    <B> Flux<B> content(ReadOptions options, BufferFactory<B> buffers);

    /** Writes all of {@code data} at the current position, or at the end of a file opened to append; see {@link #writeAt}. */
    default Mono<Long> write(ByteBuffer data) {
        return write(List.of(Objects.requireNonNull(data, "data")));
    }

    /**
     * Writes all of {@code data} at {@code position}: as many writes as it takes. The bytes between position and limit
     * at assembly; they must not change before the end. The buffer's position does not move.
     *
     * <p><b>Cancellation:</b> what was not written by then is not; how much was is unknown.
     *
     * @return emits the number of bytes
     */
    default Mono<Long> writeAt(long position, ByteBuffer data) {
        return writeAt(position, List.of(Objects.requireNonNull(data, "data")));
    }

    /** Writes all of several buffers, one behind the other, at the current position; see {@link #writeAt(long, List)}. */
    Mono<Long> write(List<ByteBuffer> data);

    /**
     * Writes all of several buffers, one behind the other, from {@code position} on, as one vectored write (WRITEV) or as
     * many as it takes. Otherwise as {@link #writeAt(long, ByteBuffer)}.
     *
     * @param data up to 1024 buffers
     * @return emits the number of bytes
     */
    Mono<Long> writeAt(long position, List<ByteBuffer> data);

    /** Writes at the current position; see {@link #writeAt(long, Object, BufferReader)}. */
    <B> Mono<Long> write(B data, BufferReader<? super B> reader);

    /**
     * Writes all of a buffer of any kind at {@code position}, from where it is if {@code reader} can: one of
     * {@link io.github.reactoruring.buffer.RegisteredBuffers} by WRITE_FIXED. Otherwise as
     * {@link #writeAt(long, ByteBuffer)}.
     *
     * <p><b>Buffers:</b> a subscription takes the ownership, and releases the buffer when the write has ended, however it
     * did. So there may be one subscription only, and no retry.
     */
    <B> Mono<Long> writeAt(long position, B data, BufferReader<? super B> reader);

    /** Moves from and to where the two files are; see {@link #transferTo(long, UringFile, long, long)}. */
    Mono<Long> transferTo(UringFile target, long maxBytes);

    /**
     * Moves bytes to {@code target} inside the kernel (SPLICE, Linux 5.7). One of the two must be a pipe: a file is copied
     * to a file by {@link UringFiles#copy}. What a pipe has not got yet is waited for, and so is room in one.
     *
     * <p><b>Cancellation:</b> of the call under way; what has been moved by then is moved, and not told.
     *
     * @param position where to read, or -1 for the current position, or of a pipe
     * @param target a file of the same ring
     * @param targetPosition where to write, or -1 likewise
     * @param maxBytes 1 or more; {@link Long#MAX_VALUE} moves all
     * @return emits how many bytes were moved: fewer than maxBytes only at the end of this file, or when nobody writes to
     *     this pipe any more
     * @throws IllegalArgumentException if the files are of different rings
     */
    Mono<Long> transferTo(long position, UringFile target, long targetPosition, long maxBytes);

    /** Makes sure that content and metadata are on the disk (fsync). */
    Mono<Void> fsync();

    /** Makes sure that the content is on the disk, and of the metadata what is needed to read it (fdatasync). */
    Mono<Void> fdatasync();

    /**
     * Makes sure that writing there will not fail for want of room, and extends a file that ends before (FALLOCATE).
     *
     * @param length 1 or more
     */
    Mono<Void> allocate(long position, long length);

    /**
     * Sets the size: cuts the file off, or extends it by zeros.
     *
     * @implNote FTRUNCATE, Linux 6.9; before that ftruncate(2), off the ring, on {@code Schedulers.boundedElastic()}
     */
    Mono<Void> truncate(long size);

    /**
     * Tells the kernel what to expect (FADVISE).
     *
     * @param length the number of bytes, 0 for all to the end; over 4 GiB from Linux 6.10 on
     */
    Mono<Void> advise(long position, long length, Advice advice);

    /** Says whether it is a regular file. */
    boolean isRegularFile();

    /** Returns the size it had when it was opened, 0 for a pipe; costs nothing, unlike {@link #size()}. */
    long openedSizeBytes();

    /**
     * Returns when its content had last changed when it was opened; costs nothing. The start of 1970 for what
     * has no status: a pipe of {@link UringFiles#pipe}, a direct descriptor of a file that was not there.
     */
    Instant openedModifiedTime();

    /**
     * Returns when its content, its status or its name had last changed when it was opened, as {@link FileStat#changed}; costs
     * nothing. The start of 1970 likewise.
     */
    Instant openedChangedTime();

    /** Asks for the size (STATX). Not of a file opened by {@link UringFiles#openDirect}. */
    Mono<Long> size();

    /**
     * Reads an extended attribute, see {@link UringFileSystem#getAttribute}.
     *
     * @return empty if the file has none of that name
     * @implNote FGETXATTR: Linux 5.19
     */
    Mono<byte[]> getAttribute(String name);

    /**
     * Makes or replaces an extended attribute, see {@link UringFileSystem#setAttribute}.
     *
     * @implNote FSETXATTR: Linux 5.19
     */
    Mono<Void> setAttribute(String name, byte[] value);

    /**
     * Returns what positions, lengths and the addresses of direct buffers have to be multiples of: 1, unless the file was
     * opened with {@code ExtendedOpenOption.DIRECT}. Then it is what the kernel says (statx(2), Linux 6.1), or 512, the
     * least any disk wants. See {@link BufferFactory#aligned}.
     */
    int alignmentBytes();

    /**
     * Returns a view whose reads and writes end with a {@link java.util.concurrent.TimeoutException} when they take longer
     * than {@code deadline} from their submission: by a timer the kernel links to each (LINK_TIMEOUT, Linux 5.5), or, on
     * filesystems whose requests sleep in kernel workers, by a timer of its own. A read or write of a regular file cannot
     * be stopped: it is told at the deadline, and its buffer lives until the kernel is done.
     *
     * @throws IllegalArgumentException if zero or negative
     */
    UringFile withDeadline(Duration deadline);

    /**
     * Closes the file: new operations fail with {@link java.nio.channels.ClosedChannelException}, those in flight are
     * cancelled as far as they can be, and when the last is over the descriptor is closed. Idempotent; cancelling the
     * Mono does not stop it.
     *
     * <p>Each operation in flight still tells its own subscriber what became of it: its result, or
     * {@link io.github.reactoruring.UringCancelledException}. To have everything written, close after the last write's
     * result.
     */
    Mono<Void> close();
}
