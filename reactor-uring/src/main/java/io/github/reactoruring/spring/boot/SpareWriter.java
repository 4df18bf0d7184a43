package io.github.reactoruring.spring.boot;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.ResolvableType;
import org.springframework.core.codec.DataBufferEncoder;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.MediaType;
import org.springframework.http.ReactiveHttpOutputMessage;
import org.springframework.http.codec.CodecConfigurer;
import org.springframework.http.codec.EncoderHttpMessageWriter;
import org.springframework.http.codec.HttpMessageWriter;
import org.springframework.http.codec.ResourceHttpMessageWriter;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;

import reactor.core.publisher.Mono;

/**
 * Takes the place of a writer of Spring's, and of no other. Of custom codecs those come first that were registered first, and
 * a client's builder passes through our hands before the application's: what it registers then, though behind, it chose
 * itself. So whoever is asked looks whether there is such a one.
 *
 * <p><b>Threads:</b> any, once the codecs are configured.
 *
 * @param <T> what is written
 */
final class SpareWriter<T> implements HttpMessageWriter<T> {

    private final HttpMessageWriter<T> writer;
    private final CodecConfigurer codecs;
    private final Predicate<HttpMessageWriter<?>> replaced;
    /** Nobody registers codecs any more: one has been used. */
    private volatile boolean chosen;

    private SpareWriter(HttpMessageWriter<T> writer, CodecConfigurer codecs,
            Predicate<HttpMessageWriter<?>> replaced) {
        this.writer = writer;
        this.codecs = codecs;
        this.replaced = replaced;
    }

    /** Registers {@code writer} to be used where Spring's writer of resources would be. */
    static void ofResources(CodecConfigurer codecs, ResourceHttpMessageWriter writer) {
        codecs.customCodecs().register(new SpareWriter<>(writer, codecs,
                other -> other.getClass() == ResourceHttpMessageWriter.class));
    }

    /** Registers {@code writer} to be used where Spring's writer of buffers would be. */
    static void ofBuffers(CodecConfigurer codecs, EncoderHttpMessageWriter<DataBuffer> writer) {
        codecs.customCodecs().register(new SpareWriter<>(writer, codecs,
                other -> other.getClass() == EncoderHttpMessageWriter.class
                        && ((EncoderHttpMessageWriter<?>) other).getEncoder().getClass() == DataBufferEncoder.class));
    }

    HttpMessageWriter<T> writer() {
        return writer;
    }

    @Override
    public boolean canWrite(ResolvableType elementType, @Nullable MediaType mediaType) {
        return writer.canWrite(elementType, mediaType) && (chosen || isFirst(elementType, mediaType));
    }

    private boolean isFirst(ResolvableType elementType, @Nullable MediaType mediaType) {
        for (HttpMessageWriter<?> other : codecs.getWriters()) {
            if (!(other instanceof SpareWriter) && other.canWrite(elementType, mediaType)) {
                return replaced.test(other);
            }
        }
        return true;
    }

    @Override
    public List<MediaType> getWritableMediaTypes() {
        return writer.getWritableMediaTypes();
    }

    @Override
    public Mono<Void> write(Publisher<? extends T> input, ResolvableType elementType, @Nullable MediaType mediaType,
            ReactiveHttpOutputMessage message, Map<String, Object> hints) {
        chosen = true;
        return writer.write(input, elementType, mediaType, message, hints);
    }

    @Override
    public Mono<Void> write(Publisher<? extends T> input, ResolvableType actualType, ResolvableType elementType,
            @Nullable MediaType mediaType, ServerHttpRequest request, ServerHttpResponse response,
            Map<String, Object> hints) {
        chosen = true;
        return writer.write(input, actualType, elementType, mediaType, request, response, hints);
    }
}
