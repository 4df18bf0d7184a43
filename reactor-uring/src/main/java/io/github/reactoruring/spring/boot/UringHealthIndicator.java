package io.github.reactoruring.spring.boot;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import org.springframework.boot.health.contributor.Status;

import io.github.reactoruring.Uring;
import io.github.reactoruring.UringStats;
import reactor.core.publisher.Mono;

/** Tells how the ring is: UP, DOWN once it is closed or has failed, or FALLBACK where there is none. */
final class UringHealthIndicator implements ReactiveHealthIndicator {

    static final Status FALLBACK = new Status("FALLBACK");

    private final @Nullable Uring uring;
    private final @Nullable UringAvailability availability;

    UringHealthIndicator(@Nullable Uring uring, @Nullable UringAvailability availability) {
        this.uring = uring;
        this.availability = availability;
    }

    @Override
    public Mono<Health> health() {
        return Mono.fromSupplier(this::now);
    }

    private Health now() {
        if (uring == null) {
            String reason = availability == null ? "there is no Uring bean" : availability.reason();
            return Health.status(FALLBACK).withDetail("reason", reason).build();
        }
        Throwable failure = uring.failureCause();
        if (failure != null) {
            return Health.down(failure)
                    .withDetail("reason", "the ring has failed, and Spring's own means serve files until"
                            + " another is to be had")
                    .build();
        }
        if (uring.isDisposed()) {
            return Health.down().withDetail("reason", "the ring is closed").build();
        }
        UringStats stats = uring.stats();
        Health.Builder up = Health.up().withDetail("inFlight", stats.inFlight())
                .withDetail("completed", stats.completed());
        return stats.ringFailures() == 0 ? up.build() : up.withDetail("ringFailures", stats.ringFailures()).build();
    }
}
