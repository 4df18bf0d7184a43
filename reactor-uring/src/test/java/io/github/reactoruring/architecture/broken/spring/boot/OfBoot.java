package io.github.reactoruring.architecture.broken.spring.boot;

/** Breaks nothing. */
public record OfBoot() {
}
