package io.github.reactoruring.internal.facet;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

import io.github.reactoruring.Completion;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.RingTables;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.source.MultishotFlux;
import io.github.reactoruring.internal.source.OneShotMono;
import io.github.reactoruring.internal.source.raw.Amendment;
import io.github.reactoruring.internal.source.raw.ChainMono;
import io.github.reactoruring.internal.source.raw.ExplicitCancel;
import io.github.reactoruring.internal.source.raw.Nop;
import io.github.reactoruring.internal.source.raw.Poll;
import io.github.reactoruring.internal.source.raw.PollMultishot;
import io.github.reactoruring.internal.source.raw.RawMultishot;
import io.github.reactoruring.internal.source.raw.RawOneShot;
import io.github.reactoruring.internal.source.raw.Repetition;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.raw.Cancel;
import io.github.reactoruring.raw.Chain;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.raw.Operation;
import io.github.reactoruring.raw.Raw;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Submits raw operations to one ring. */
public final class RingRaw implements Raw {

    private final Supplier<EventLoop> loops;

    /** @param loops chooses the ring of each subscription: one and the same, but for its being replaced */
    public RingRaw(Supplier<EventLoop> loops) {
        this.loops = loops;
    }

    @Override
    public boolean supports(Opcode opcode) {
        Objects.requireNonNull(opcode, "opcode");
        return loops.get().ring().features().supports(opcode.code());
    }

    @Override
    public Mono<Completion> submit(Operation operation) {
        check(operation);
        checkIsOnce(operation);
        return OneShotMono.create(loops, (ring, actual) -> new RawOneShot(ring, actual, operation));
    }

    @Override
    public Flux<Completion> stream(Operation operation) {
        check(operation);
        if (operation.deadline() != null) {
            throw new IllegalArgumentException("A multishot request has no deadline: use Flux.timeout or Flux.take");
        }
        require(RingFeature.MULTISHOT, "A multishot request");
        return MultishotFlux.create(loops, loop -> new RawMultishot(loop, operation));
    }

    @Override
    public Mono<Void> nop() {
        return OneShotMono.create(loops, (ring, actual) -> new Nop(ring, actual));
    }

    @Override
    public Mono<Integer> poll(int fd, int events) {
        checkDescriptor(fd);
        require(RingFeature.POLLS, "A poll");
        return OneShotMono.create(loops, (ring, actual) -> new Poll(ring, actual, fd, events));
    }

    @Override
    public Flux<Integer> pollMultishot(int fd, int events) {
        checkDescriptor(fd);
        require(RingFeature.POLLS, "A poll");
        require(RingFeature.MULTISHOT, "A multishot poll");
        return MultishotFlux.create(loops, loop -> new PollMultishot(fd, events));
    }

    @Override
    public Mono<List<Completion>> submit(Chain chain) {
        Objects.requireNonNull(chain, "chain");
        chain.operations().forEach(this::check);
        chain.operations().forEach(RingRaw::checkIsOnce);
        require(RingFeature.LINKS, "A chain");
        return ChainMono.create(loops, chain);
    }

    @Override
    public Mono<Integer> cancel(Cancel cancel) {
        Objects.requireNonNull(cancel, "cancel");
        require(cancel.needsAllFdAny(), RingFeature.CANCEL_ALL_FD_ANY, cancel, "5.19");
        require(cancel.needsFixedFile(), RingFeature.CANCEL_FD_FIXED, cancel, "6.0");
        require(cancel.needsOpcode(), RingFeature.CANCEL_OP, cancel, "6.6");
        return OneShotMono.create(loops, (ring, actual) -> new ExplicitCancel(ring, actual, cancel));
    }

    @Override
    public Mono<Void> pollRemove(long userData) {
        return amend(userData, Amendment.Change.REMOVE_POLL);
    }

    @Override
    public Mono<Void> pollUpdate(long userData, int events, boolean multishot) {
        return amend(userData, Amendment.Change.events(events, multishot));
    }

    @Override
    public Mono<Void> timeoutRemove(long userData) {
        return amend(userData, Amendment.Change.REMOVE_TIMEOUT);
    }

    @Override
    public Mono<Void> timeoutUpdate(long userData, Duration delay) {
        return amend(userData, Amendment.Change.time(RingTimers.notNegative(delay)));
    }

    private Mono<Void> amend(long userData, Amendment.Change change) {
        return OneShotMono.create(loops, (ring, actual) -> new Amendment(ring, actual, userData, change));
    }

    private void require(RingFeature feature, String what) {
        loops.get().ring().features().require(feature, what);
    }

    private void require(boolean needed, RingFeature feature, Cancel cancel, String since) {
        if (needed && !loops.get().ring().features().has(feature)) {
            throw new UnsupportedOperationException("This kernel cannot " + cancel + ", which needs Linux " + since);
        }
    }

    private void check(Operation operation) {
        Objects.requireNonNull(operation, "operation");
        if (!supports(operation.opcode())) {
            throw new UnsupportedOperationException(
                    "This kernel has no " + operation.opcode() + ", which came with Linux "
                            + operation.opcode().since() + ": ask Raw.supports first");
        }
        if ((operation.fields().bufIndex() & 0xffff) == RingTables.OWN_BUFFER_GROUP && namesBufferGroup(operation)) {
            throw new IllegalArgumentException("The buffer group " + RingTables.OWN_BUFFER_GROUP
                    + " is the library's own: choose another for " + operation.opcode());
        }
    }

    /** Of a multishot request only one completion would be told: what the others carry, connections say, would be lost. */
    private static void checkIsOnce(Operation operation) {
        if (Repetition.repeats(operation)) {
            throw new IllegalArgumentException(
                    "A multishot " + operation.opcode() + " has more than one completion: use"
                            + " Raw.stream, which emits them all");
        }
    }

    private static boolean namesBufferGroup(Operation operation) {
        return (operation.fields().flags() & IoUringAbi.IOSQE_BUFFER_SELECT) != 0
                || operation.opcode() == Opcode.PROVIDE_BUFFERS || operation.opcode() == Opcode.REMOVE_BUFFERS;
    }

    private static void checkDescriptor(int fd) {
        if (fd < 0) {
            throw new IllegalArgumentException("fd must be an open descriptor, 0 or more, not " + fd);
        }
    }
}
