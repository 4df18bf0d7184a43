package io.github.reactoruring.spring;

import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.ResolvableType;
import org.springframework.core.codec.DataBufferEncoder;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.MediaType;
import org.springframework.http.ReactiveHttpOutputMessage;
import org.springframework.http.codec.EncoderHttpMessageWriter;

import reactor.core.publisher.Mono;

/**
 * Writes a {@code Flux<DataBuffer>} that comes straight from {@link UringDataBuffers#read} with no more than
 * {@code maxInFlightBytes} of it in memory. Spring's own takes what the server requests: 8 MiB for each slow client, at
 * 64 KiB a chunk. Any other body is written as by Spring's own.
 */
public class UringDataBufferHttpMessageWriter extends EncoderHttpMessageWriter<DataBuffer> {

    private final int maxInFlightBytes;

    /** @param maxInFlightBytes how much of a response is in memory at most; at least one chunk is */
    public UringDataBufferHttpMessageWriter(int maxInFlightBytes) {
        super(new DataBufferEncoder());
        if (maxInFlightBytes < 1) {
            throw new IllegalArgumentException("maxInFlightBytes must be 1 or more, not " + maxInFlightBytes);
        }
        this.maxInFlightBytes = maxInFlightBytes;
    }

    @Override
    public Mono<Void> write(Publisher<? extends DataBuffer> input, ResolvableType elementType,
            @Nullable MediaType mediaType, ReactiveHttpOutputMessage message, Map<String, Object> hints) {
        Publisher<? extends DataBuffer> body = input instanceof FileContent content
                ? content.paced(message.bufferFactory(), maxInFlightBytes)
                : input;
        return super.write(body, elementType, mediaType, message, hints);
    }
}
