package io.github.reactoruring.spring;

import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.springframework.core.ResolvableType;
import org.springframework.core.codec.DataBufferEncoder;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.MediaType;
import org.springframework.http.ReactiveHttpOutputMessage;
import org.springframework.http.codec.EncoderHttpMessageWriter;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Writes a {@code Flux<DataBuffer>} that comes straight from {@link UringDataBuffers#read} with no more than
 * {@code maxInFlightBytes} of it in memory. Spring's own takes what the server requests: 8 MiB for each slow client, at
 * 64 KiB a chunk.
 *
 * <p>Any other body is written as by Spring's own, but for one thing: a source is cancelled when its response has ended
 * without it. Spring leaves it as it is where a client was gone before the first byte (7.0.8), and with it an open file.
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
        if (body instanceof Mono) {
            return super.write(body, elementType, mediaType, message, hints);
        }
        return Mono.defer(() -> {
            AtomicReference<Subscription> source = new AtomicReference<>();
            return super.write(Flux.from(body).doOnSubscribe(source::set), elementType, mediaType, message, hints)
                    .doFinally(signal -> {
                        Subscription abandoned = source.get();
                        if (abandoned != null) {
                            abandoned.cancel();
                        }
                    });
        });
    }
}
