package io.github.reactoruring.internal.facet;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.source.OneShotMono;
import io.github.reactoruring.internal.source.time.IntervalFlux;
import io.github.reactoruring.internal.source.time.Timer;
import io.github.reactoruring.time.Timers;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Arms timers on a ring. */
public final class RingTimers implements Timers {

    private final Supplier<EventLoop> loops;

    /** @param loops chooses the ring of each subscription */
    public RingTimers(Supplier<EventLoop> loops) {
        this.loops = loops;
    }

    @Override
    public Mono<Long> after(Duration delay) {
        Duration checked = notNegative(delay);
        loops.get().ring().features().require(RingFeature.TIMERS, "A delay");
        return OneShotMono.create(loops, (ring, actual) -> new Timer(ring, actual, checked));
    }

    @Override
    public Flux<Long> interval(Duration period) {
        Objects.requireNonNull(period, "period");
        if (!period.isPositive()) {
            throw new IllegalArgumentException("period must be more than zero, not " + period);
        }
        loops.get().ring().features().require(RingFeature.TIMERS, "An interval");
        return IntervalFlux.create(loops, period);
    }

    static Duration notNegative(Duration delay) {
        Objects.requireNonNull(delay, "delay");
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay must be zero or more, not " + delay);
        }
        return delay;
    }
}
