package io.github.reactoruring.spring;

import java.util.Map;

import org.springframework.core.ResolvableType;
import org.springframework.http.ReactiveHttpInputMessage;
import org.springframework.http.codec.HttpMessageReader;
import org.springframework.http.codec.multipart.MultipartHttpMessageReader;
import org.springframework.http.codec.multipart.Part;
import org.springframework.util.MultiValueMap;

import io.github.reactoruring.internal.spring.multipart.ExchangeParts;
import reactor.core.publisher.Mono;

/**
 * Collects the parts of {@code multipart/form-data}, as Spring's own reader does, and has them deleted when the
 * exchange is over, if that goes through a {@link MultipartCleanupFilter}. Spring (7.0.8) deletes only what was asked
 * for by {@link org.springframework.web.server.ServerWebExchange#getMultipartData}, and so by {@code @RequestPart}; the
 * files of a {@code @RequestBody Mono<MultiValueMap<String, Part>>} stay.
 */
public class DeletingMultipartHttpMessageReader extends MultipartHttpMessageReader {

    /** Collects what {@code partReader} reads. */
    public DeletingMultipartHttpMessageReader(HttpMessageReader<Part> partReader) {
        super(partReader);
    }

    @Override
    public Mono<MultiValueMap<String, Part>> readMono(ResolvableType elementType, ReactiveHttpInputMessage message,
            Map<String, Object> hints) {
        Mono<MultiValueMap<String, Part>> collected = super.readMono(elementType, message, hints);
        return Mono.deferContextual(context -> {
            ExchangeParts parts = ExchangeParts.of(context);
            return parts == null ? collected : collected.doOnNext(parts::add);
        });
    }
}
