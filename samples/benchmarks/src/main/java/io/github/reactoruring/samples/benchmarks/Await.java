package io.github.reactoruring.samples.benchmarks;

import java.util.Objects;

import reactor.core.publisher.Mono;

/** Blocks for a value that is sure to come. */
final class Await {

    private Await() {
    }

    static <T> T value(Mono<T> mono) {
        return Objects.requireNonNull(mono.block());
    }
}
