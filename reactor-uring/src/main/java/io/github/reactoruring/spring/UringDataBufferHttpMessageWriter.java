package io.github.reactoruring.spring;

import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.ResolvableType;
import org.springframework.core.codec.DataBufferEncoder;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ReactiveHttpOutputMessage;
import org.springframework.http.codec.EncoderHttpMessageWriter;
import org.springframework.http.server.reactive.HttpHeadResponseDecorator;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;

import io.github.reactoruring.internal.spring.Coding;
import io.github.reactoruring.internal.spring.EndingResponse;
import io.github.reactoruring.internal.spring.FileContent;
import io.github.reactoruring.internal.spring.OffRing;
import io.github.reactoruring.internal.spring.ResponseBody;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Writes a {@code Flux<DataBuffer>} that comes straight from {@link UringDataBuffers#read} with no more than
 * {@code maxInFlightBytes} of it in memory. Spring's own takes what the server requests: 8 MiB for each slow client, at
 * 64 KiB a chunk.
 *
 * <p>Any other body is written as by Spring's own, but for one thing: a source is cancelled when the writing of its response
 * was, or has failed. Spring leaves it as it is where a client was gone before the first byte (7.0.8), and with it an open
 * file.
 */
public class UringDataBufferHttpMessageWriter extends EncoderHttpMessageWriter<DataBuffer> {

    private final int maxInFlightBytes;

    /**
     * Writes with a bound for each response.
     *
     * @param maxInFlightBytes how much of a response is in memory at most; at least one chunk is
     */
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
        return OffRing.end(super.write(paced(input, message), elementType, mediaType, message, hints));
    }

    @Override
    public Mono<Void> write(Publisher<? extends DataBuffer> input, ResolvableType actualType,
            ResolvableType elementType, @Nullable MediaType mediaType, ServerHttpRequest request,
            ServerHttpResponse response, Map<String, Object> hints) {
        if (input instanceof FileContent && request.getMethod() == HttpMethod.HEAD
                && EndingResponse.bare(response) instanceof HttpHeadResponseDecorator) {
            // Nobody looks at the body.
            return super.write(Flux.empty(), actualType, elementType, mediaType, request, response, hints);
        }
        if (input instanceof FileContent) {
            Coding.noneThatIsCut(request, response);
        }
        if (response.getStatusCode() == HttpStatus.PARTIAL_CONTENT) {
            Coding.none(request, response);
        }
        Publisher<? extends DataBuffer> paced = paced(input, response);
        if (paced instanceof Mono) {
            return OffRing.end(super.write(paced, actualType, elementType, mediaType, request, response, hints));
        }
        return OffRing.end(ResponseBody.write(response, body -> super.write(body.watch(paced), actualType, elementType,
                mediaType, request, response, hints)));
    }

    private Publisher<? extends DataBuffer> paced(Publisher<? extends DataBuffer> input,
            ReactiveHttpOutputMessage message) {
        return input instanceof FileContent content ? content.paced(message, maxInFlightBytes) : input;
    }
}
