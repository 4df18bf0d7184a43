package io.github.reactoruring.raw;

import io.github.reactoruring.Completion;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Submits any operation to the ring. Everything the library knows nothing about is yours: descriptors, memory, flags.
 *
 * <p><b>Cancellation</b> of every source here: before it is submitted, no SQE is made; in flight, a cancel SQE is
 * submitted and what still arrives is discarded (a descriptor that arrives is closed); completed, nothing happens.
 *
 * <p><b>Threading:</b> subscribe, request and cancel on any thread; signals come on the ring's thread, which must not be
 * blocked.
 */
public interface Raw {

    /** Says whether the running kernel has the operation. */
    boolean supports(Opcode opcode);

    /**
     * Submits {@code operation} for each subscriber, on its first request.
     *
     * @return emits the completion whose result is zero or more; an error result is signalled as an
     *     {@link io.github.reactoruring.UringException}, one caused by an explicit cancel as an
     *     {@link io.github.reactoruring.UringCancelledException}
     */
    Mono<Completion> submit(Operation operation);

    /**
     * Submits the multishot {@code operation} for each subscriber, on its first request.
     *
     * <p><b>Demand:</b> up to 256 completions are buffered beyond it; then the request is cancelled, and armed again when
     * they have been taken.
     *
     * @return emits each completion whose result is zero or more, completes with the one that has no F_MORE, and fails
     *     with an error result. ENOBUFS is a pause: the request is armed again
     */
    Flux<Completion> stream(Operation operation);

    /** Submits a NOP: completes after a round trip through the ring. */
    Mono<Void> nop();

    /**
     * Waits until {@code fd} is ready.
     *
     * @param events POLLIN (1), POLLOUT (4), … of poll(2)
     * @return emits the events that are there (IORING_OP_POLL_ADD, Linux 5.1)
     */
    Mono<Integer> poll(int fd, int events);

    /**
     * Tells each time {@code fd} becomes ready: edge-triggered.
     *
     * @param events POLLIN (1), POLLOUT (4), … of poll(2)
     * @return emits the events of each wake-up, and never completes by itself (IORING_POLL_ADD_MULTI, Linux 5.13)
     */
    Flux<Integer> pollMultishot(int fd, int events);
}
