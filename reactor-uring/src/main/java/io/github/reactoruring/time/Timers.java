package io.github.reactoruring.time;

import java.time.Duration;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Arms timers in the kernel (IORING_OP_TIMEOUT), on CLOCK_MONOTONIC.
 *
 * <p><b>Cancellation:</b> the timer is cancelled; nothing is emitted. <b>Threading:</b> ticks come on the ring's thread.
 */
public interface Timers {

    /**
     * Emits 0 and completes {@code delay} after the first request. Linux 5.4.
     *
     * @param delay zero or more
     * @throws IllegalArgumentException if negative
     */
    Mono<Long> after(Duration delay);

    /**
     * Emits the number of the period that has just passed, from 0, every {@code period}. Periods that pass without demand
     * are not made up for: the next number emitted tells how many were skipped. One multishot request, Linux 6.4; a
     * request for each period before.
     *
     * @param period more than zero
     * @throws IllegalArgumentException if zero or negative
     */
    Flux<Long> interval(Duration period);
}
