package io.github.reactoruring.spring;

import java.util.List;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.codec.multipart.FilePart;
import org.springframework.http.codec.multipart.Part;
import org.springframework.http.codec.multipart.PartEvent;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ServerWebExchange;

import io.github.reactoruring.internal.spring.multipart.PartBuffers;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Handlers of multipart bodies in every form that WebFlux has; most read the parts inside of what they return. */
@RestController
class MultipartForms {

    static final List<String> ALL = List.of("argument", "mono", "flux", "exchange", "parts", "events", "events-joined",
            "functional", "functional-parts", "early", "throwing", "empty");

    @PostMapping("/form/argument")
    Mono<String> argument(@RequestPart("file") FilePart file) {
        return Mono.just(file.filename());
    }

    @PostMapping("/form/mono")
    Mono<String> mono(@RequestPart("file") Mono<FilePart> file) {
        return file.map(FilePart::filename);
    }

    @PostMapping("/form/flux")
    Mono<String> flux(@RequestPart("file") Flux<FilePart> files) {
        return files.map(FilePart::filename).collectList().map(List::toString);
    }

    @PostMapping("/form/exchange")
    Mono<String> exchange(ServerWebExchange exchange) {
        return exchange.getMultipartData().map(parts -> parts.keySet().toString());
    }

    @PostMapping("/form/parts")
    Mono<String> parts(@RequestBody Flux<Part> parts) {
        return parts.concatMap(part -> part.delete().thenReturn(part.name())).collectList().map(List::toString)
                .doOnDiscard(Part.class, part -> part.delete().subscribe());
    }

    @PostMapping("/form/events")
    Mono<String> events(@RequestBody Flux<PartEvent> events) {
        return events.map(event -> {
            PartBuffers.release(event);
            return event.name();
        }).collectList().map(List::toString);
    }

    /** Joins each part, under a hook of its own beside those of the response. */
    @PostMapping("/form/events-joined")
    Mono<String> eventsJoined(@RequestBody Flux<PartEvent> events) {
        return PartEvents.concatMap(events, (first, content) -> DataBufferUtils.join(content).map(joined -> {
            DataBufferUtils.release(joined);
            return first.name();
        })).collectList().map(List::toString);
    }

    /** Answers without a look at the body. */
    @PostMapping("/form/early")
    String early() {
        return "early";
    }

    /** Fails at the second part. */
    @PostMapping("/form/throwing")
    Mono<String> throwing(@RequestBody Flux<PartEvent> events) {
        return events.index().<String>map(event -> {
            PartBuffers.release(event.getT2());
            if (event.getT1() == 1) {
                throw new IllegalStateException("a handler's own");
            }
            return event.getT2().name();
        }).collectList().map(List::toString);
    }

    /** Is done with the first event. */
    @PostMapping("/form/empty")
    Mono<String> empty(@RequestBody Flux<PartEvent> events) {
        return events.next().map(event -> {
            PartBuffers.release(event);
            return event.name();
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class Functional {

        @Bean
        RouterFunction<ServerResponse> functionalForms() {
            return RouterFunctions.route()
                    .route(RequestPredicates.POST("/form/functional"), request -> ServerResponse.ok().body(
                            request.multipartData().map(parts -> parts.keySet().toString()), String.class))
                    .route(RequestPredicates.POST("/form/functional-parts"), request -> ServerResponse.ok().body(
                            request.body(BodyExtractors.toParts())
                                    .concatMap(part -> part.delete().thenReturn(part.name()))
                                    .doOnDiscard(Part.class, part -> part.delete().subscribe())
                                    .collectList().map(List::toString),
                            String.class))
                    .build();
        }
    }
}
