package io.github.reactoruring.file;

import java.nio.ByteBuffer;
import java.time.Duration;

import org.reactivestreams.Publisher;

import io.github.reactoruring.buffer.BufferFactory;
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
    Mono<ByteBuffer> read(int maxBytes);

    /** Reads up to {@code maxBytes} at {@code position} into a heap buffer; see {@link #readAt(long, int, BufferFactory)}. */
    Mono<ByteBuffer> readAt(long position, int maxBytes);

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
    Flux<ByteBuffer> stream();

    /**
     * Emits whatever arrives on a pipe, FIFO, terminal or the like, until its end.
     *
     * <p><b>Demand:</b> one multishot request, which takes buffers only when data is there (READ_MULTISHOT, Linux 6.7; one
     * READ after another before). Up to 256 chunks are buffered beyond the demand; then the kernel keeps the data.
     *
     * <p><b>Cancellation:</b> the request is cancelled; data that has been read by then is discarded.
     *
     * @return buffers of 1..8192 bytes, each owned by the subscriber
     */
    <B> Flux<B> stream(BufferFactory<B> buffers);

    /** Reads into heap buffers at each position; see {@link #readEach(Publisher, int, int, BufferFactory)}. */
    Flux<ByteBuffer> readEach(Publisher<Long> positions, int maxBytes, int concurrency);

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

    /** Writes all of {@code data} at the current position, or at the end of a file opened to append; see {@link #writeAt}. */
    Mono<Integer> write(ByteBuffer data);

    /**
     * Writes all of {@code data} at {@code position}: as many writes as it takes. The bytes between position and limit
     * at assembly; they must not change before the end. The buffer's position does not move.
     *
     * <p><b>Cancellation:</b> what was not written by then is not; how much was is unknown.
     *
     * @return emits the number of bytes
     */
    Mono<Integer> writeAt(long position, ByteBuffer data);

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
     */
    Mono<Void> close();
}
