package io.github.reactoruring.internal.spring.download;

import java.util.List;

import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.ReactiveHttpOutputMessage;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.internal.spring.Leases;
import io.github.reactoruring.internal.spring.PacedBody;
import io.github.reactoruring.internal.spring.SingleReleaseBuffer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Makes the body of a message of parts of a file. It may be subscribed to later, again, or never.
 *
 * @param chunkBytes the size of a chunk
 * @param maxInFlightBytes how much is in memory at most
 */
public record FileBody(SentFile file, ReactiveHttpOutputMessage message, int chunkBytes, int maxInFlightBytes) {

    /** Makes a body of {@code count} bytes, 1 or more: a Mono, which goes out as one message, if they fit into a chunk. */
    public Publisher<DataBuffer> of(long start, long count) {
        return count <= chunkBytes
                ? atOnce(start, (int) count)
                : paced(count, (open, buffers) -> content(open, start, count, buffers));
    }

    /** Makes a body of all there is of a file that tells no size. */
    public Publisher<DataBuffer> ofAll() {
        return paced(PacedBody.UNKNOWN_LENGTH, (open, buffers) -> open.content(options(), buffers));
    }

    /** Makes a body of several parts. */
    public Publisher<DataBuffer> of(MultipartRanges multipart, List<ByteRanges.Part> parts) {
        DataBufferFactory factory = message.bufferFactory();
        return paced(multipart.lengthOf(parts), (open, buffers) -> Flux.fromIterable(parts)
                .concatMap(part -> Mono.fromSupplier(() -> factory.wrap(multipart.head(part)))
                        .concatWith(content(open, part.start(), part.count(), buffers)), 1)
                .concatWith(Mono.fromSupplier(() -> factory.wrap(multipart.tail()))));
    }

    /** One read; where it brings less than it was to, which is rare, the rest is looked for by more of them. */
    private Mono<DataBuffer> atOnce(long start, int count) {
        BufferFactory<DataBuffer> buffers = Leases.of(message.bufferFactory());
        return file.readOne(open -> whole(open.readAt(start, count, buffers), count)
                .switchIfEmpty(whole(Mono.defer(() -> piecemeal(open, start, count, buffers)), count))
                .switchIfEmpty(Mono.error(() -> PacedBody.shorter(file.path(), count))));
    }

    private Mono<DataBuffer> piecemeal(UringFile open, long start, int count, BufferFactory<DataBuffer> buffers) {
        return DataBufferUtils.join(content(open, start, count, buffers).map(SingleReleaseBuffer::of))
                .map(SingleReleaseBuffer::take);
    }

    /** Lets pass only a buffer of {@code count} bytes. */
    private static Mono<DataBuffer> whole(Mono<DataBuffer> read, int count) {
        return read.handle((buffer, sink) -> {
            if (buffer.readableByteCount() == count) {
                sink.next(buffer);
            } else {
                DataBufferUtils.release(buffer);
            }
        });
    }

    private Flux<DataBuffer> paced(long count, Content content) {
        return PacedBody.create(message,
                new PacedBody.Bounds(file.path(), Math.max(1, maxInFlightBytes / chunkBytes), count),
                buffers -> file.read(open -> content.read(open, buffers)));
    }

    private Flux<DataBuffer> content(UringFile open, long start, long count, BufferFactory<DataBuffer> buffers) {
        return open.content(options().from(start).limit(count), buffers);
    }

    private ReadOptions options() {
        return ReadOptions.defaults().withChunkBytes(chunkBytes).withReadAheadBytes(maxInFlightBytes);
    }

    /** Reads an open file into the buffers it is given. */
    private interface Content {

        Flux<DataBuffer> read(UringFile open, BufferFactory<DataBuffer> buffers);
    }
}
