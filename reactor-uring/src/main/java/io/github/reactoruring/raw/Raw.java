package io.github.reactoruring.raw;

import java.time.Duration;
import java.util.List;

import io.github.reactoruring.Completion;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Submits any operation to the ring. Everything the library knows nothing about is yours: descriptors, memory, flags,
 * groups of provided buffers but for 65535.
 *
 * <p><b>Cancellation</b> of every source here: before it is submitted, no SQE is made; in flight, a cancel SQE is
 * submitted and what still arrives is discarded; completed, nothing happens. A descriptor that arrives for nobody is
 * closed; a {@link Completion} with the id of a provided buffer goes to the discard hook (doOnDiscard), to be given back.
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
     * @throws IllegalArgumentException if it is a multishot operation, which {@link #stream} is for
     */
    Mono<Completion> submit(Operation operation);

    /**
     * Submits the multishot {@code operation} for each subscriber, on its first request.
     *
     * <p><b>Demand:</b> up to 256 completions are buffered beyond it; then the request is cancelled, and armed again when
     * they have been taken.
     *
     * <p>That a request ends (no F_MORE) does not end the source: the kernel ends it also when it finds no room for a
     * completion, which others may have filled. Then it is armed again.
     *
     * @return emits each completion whose result is zero or more, or that goes on (F_MORE): a multishot TIMEOUT ticks
     *     with -ETIME. Completes where the result says that there is no more: 0 bytes read or received, a message of 0
     *     bytes, the last tick of a counted TIMEOUT, the end of an operation that does not repeat. Fails with an error.
     *     ENOBUFS is a pause: the request is armed again
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

    /**
     * Submits linked operations: nothing is started before what it waits for has ended.
     *
     * <p><b>Cancellation:</b> what runs is cancelled, and what waits for it never starts.
     *
     * @return emits, when all have ended, their completions in the chain's order, with the kernel's own results: zero or
     *     more, or a negated errno; -125 (ECANCELED) for one that never started
     */
    Mono<List<Completion>> submit(Chain chain);

    /**
     * Submits an explicit cancel (IORING_OP_ASYNC_CANCEL). It sees the requests submitted before it.
     *
     * <p>A source whose request it ends fails with {@link io.github.reactoruring.UringCancelledException}.
     *
     * @return emits the kernel's own result: 0 for one request, or with {@link Cancel#all()} the number found, which for
     *     requests on kernel workers is unreliable. Fails with a {@link io.github.reactoruring.UringException} for
     *     ENOENT: nothing found, which does not mean completed; EALREADY: it is running and ends by itself; EBADF: no
     *     such open descriptor or slot; EINVAL: the kernel does not take the keys
     * @throws UnsupportedOperationException if the running kernel lacks a key
     */
    Mono<Integer> cancel(Cancel cancel);

    /**
     * Removes a poll by its user_data (IORING_OP_POLL_REMOVE, Linux 5.1): its source fails with
     * {@link io.github.reactoruring.UringCancelledException}.
     *
     * @return completes, or fails with ENOENT or EALREADY as {@link #cancel} does
     */
    Mono<Void> pollRemove(long userData);

    /**
     * Changes the events of a poll in flight (IORING_POLL_UPDATE_EVENTS, Linux 5.13).
     *
     * @param multishot whether the poll is a multishot one, and stays so
     */
    Mono<Void> pollUpdate(long userData, int events, boolean multishot);

    /** Removes a timer by its user_data (IORING_OP_TIMEOUT_REMOVE, Linux 5.5), as {@link #pollRemove} does a poll. */
    Mono<Void> timeoutRemove(long userData);

    /**
     * Sets a timer in flight to {@code delay} from now, and a multishot one to that period (IORING_TIMEOUT_UPDATE, Linux
     * 5.11).
     *
     * @throws IllegalArgumentException if negative
     */
    Mono<Void> timeoutUpdate(long userData, Duration delay);
}
