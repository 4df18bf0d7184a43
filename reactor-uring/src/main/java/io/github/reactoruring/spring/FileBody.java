package io.github.reactoruring.spring;

import java.util.List;
import java.util.function.Function;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.ReactiveHttpOutputMessage;

import io.github.reactoruring.buffer.BufferFactory;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.UringFile;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Sends parts of an open file as the body of a message.
 *
 * @param chunkBytes the size of a chunk
 * @param maxInFlightBytes how much is in memory at most
 */
record FileBody(UringFile file, ReactiveHttpOutputMessage message, int chunkBytes, int maxInFlightBytes) {

    Mono<Void> write(long start, long count) {
        if (count == 0) {
            return message.setComplete();
        }
        // A Mono goes out as one message, headers and all.
        return count <= chunkBytes
                ? message.writeWith(atOnce(start, (int) count))
                : message.writeWith(paced(count, buffers -> content(start, count, buffers)));
    }

    Mono<Void> write(MultipartRanges multipart, List<ByteRanges.Part> parts) {
        DataBufferFactory factory = message.bufferFactory();
        return message.writeWith(paced(multipart.lengthOf(parts), buffers -> Flux.fromIterable(parts)
                .concatMap(part -> Mono.fromSupplier(() -> factory.wrap(multipart.head(part)))
                        .concatWith(content(part.start(), part.count(), buffers)), 1)
                .concatWith(Mono.fromSupplier(() -> factory.wrap(multipart.tail())))));
    }

    /** One read; where it brings less than it was to, which is rare, the rest is looked for by more of them. */
    private Mono<DataBuffer> atOnce(long start, int count) {
        Mono<DataBuffer> piecemeal = Mono.defer(() -> DataBufferUtils.join(content(start, count, buffers())));
        return whole(file.readAt(start, count, buffers()), count).switchIfEmpty(whole(piecemeal, count))
                .switchIfEmpty(Mono.error(() -> PacedBody.shorter(count)));
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

    private Flux<DataBuffer> paced(long count, Function<BufferFactory<DataBuffer>, Flux<DataBuffer>> content) {
        return PacedBody.create(message.bufferFactory(), Math.max(1, maxInFlightBytes / chunkBytes), count, content);
    }

    private Flux<DataBuffer> content(long start, long count, BufferFactory<DataBuffer> buffers) {
        return file.content(ReadOptions.defaults().withChunkBytes(chunkBytes).withReadAheadBytes(maxInFlightBytes)
                .from(start).limit(count), buffers);
    }

    private DataBuffers buffers() {
        return DataBuffers.of(message.bufferFactory());
    }
}
