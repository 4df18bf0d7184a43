package io.github.reactoruring.internal.facet;

import java.util.Objects;

import io.github.reactoruring.Completion;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.source.MultishotFlux;
import io.github.reactoruring.internal.source.Nop;
import io.github.reactoruring.internal.source.OneShotMono;
import io.github.reactoruring.internal.source.Poll;
import io.github.reactoruring.internal.source.PollMultishot;
import io.github.reactoruring.internal.source.RawMultishot;
import io.github.reactoruring.internal.source.RawOneShot;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.raw.Raw;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Submits raw operations to one ring. */
public final class RingRaw implements Raw {

    private final EventLoop loop;

    public RingRaw(EventLoop loop) {
        this.loop = loop;
    }

    @Override
    public boolean supports(Opcode opcode) {
        return loop.ring().features().supports(opcode.code());
    }

    @Override
    public Mono<Completion> submit(Operation operation) {
        check(operation);
        return OneShotMono.create(loop, (ring, actual) -> new RawOneShot(ring, actual, operation));
    }

    @Override
    public Flux<Completion> stream(Operation operation) {
        check(operation);
        return MultishotFlux.create(loop, () -> new RawMultishot(loop, operation));
    }

    @Override
    public Mono<Void> nop() {
        return OneShotMono.create(loop, (ring, actual) -> new Nop(ring, actual));
    }

    @Override
    public Mono<Integer> poll(int fd, int events) {
        checkDescriptor(fd);
        return OneShotMono.create(loop, (ring, actual) -> new Poll(ring, actual, fd, events));
    }

    @Override
    public Flux<Integer> pollMultishot(int fd, int events) {
        checkDescriptor(fd);
        return MultishotFlux.create(loop, () -> new PollMultishot(fd, events));
    }

    private void check(Operation operation) {
        Objects.requireNonNull(operation, "operation");
        if (!supports(operation.opcode())) {
            throw new UnsupportedOperationException(
                    "This kernel has no " + operation.opcode() + ", which came with Linux "
                            + operation.opcode().since() + ": ask Raw.supports first");
        }
    }

    private static void checkDescriptor(int fd) {
        if (fd < 0) {
            throw new IllegalArgumentException("fd must be an open descriptor, 0 or more, not " + fd);
        }
    }
}
