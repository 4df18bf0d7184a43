package io.github.reactoruring.samples.webflux;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

import io.github.reactoruring.Uring;
import io.github.reactoruring.UringStats;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Shows the ring at work. */
@RestController
class RingController {

    private static final Duration PERIOD = Duration.ofMillis(500);

    private final @Nullable Uring uring;
    private final @Nullable FollowedStreams streams;

    RingController(ObjectProvider<Uring> uring) {
        this.uring = uring.getIfAvailable();
        streams = this.uring == null ? null : new FollowedStreams(this.uring);
    }

    /** Tells the counters twice a second, as long as somebody looks. */
    @GetMapping(value = "/api/ring", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<UringStats> ring() {
        Uring ring = available(uring);
        return Flux.interval(Duration.ZERO, PERIOD).onBackpressureDrop().map(tick -> ring.stats());
    }

    /** Opens 200 streams that wait for data. */
    @PostMapping("/api/streams/open")
    Mono<FollowedStreams.Opened> open() {
        return available(streams).open();
    }

    /** Drops all of them, and tells what that took. */
    @PostMapping("/api/streams/drop")
    Mono<FollowedStreams.Dropped> drop() {
        return available(streams).drop();
    }

    private static <T> T available(@Nullable T part) {
        if (part == null) {
            throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, "There is no io_uring here");
        }
        return part;
    }
}
