package io.github.reactoruring.internal.source.raw;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;

import io.github.reactoruring.Completion;
import io.github.reactoruring.internal.loop.DisposalBatch;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.LoopTask;
import io.github.reactoruring.internal.loop.Request;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Outcome;
import io.github.reactoruring.internal.source.Signals;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.raw.Chain;
import io.github.reactoruring.raw.Operation;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/** Submits linked requests for each subscriber, and emits all their completions when the last has ended. */
public final class ChainMono extends Mono<List<Completion>> implements Scannable {

    private final Supplier<EventLoop> loops;
    private final Chain chain;

    private ChainMono(Supplier<EventLoop> loops, Chain chain) {
        this.loops = loops;
        this.chain = chain;
    }

    public static Mono<List<Completion>> create(Supplier<EventLoop> loops, Chain chain) {
        return onAssembly(new ChainMono(loops, chain));
    }

    @Override
    public void subscribe(CoreSubscriber<? super List<Completion>> actual) {
        actual.onSubscribe(new Linked(loops.get(), actual, chain));
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }

    /** The subscription: its links are disposed of together, on the owner, so that all are dropped or none. */
    private static final class Linked implements Subscription, Scannable, LoopTask {

        private final EventLoop loop;
        private final List<Link> links = new ArrayList<>();
        private final @Nullable Completion[] completions;
        private final Outcome<List<Completion>> outcome;
        private int missing;

        Linked(EventLoop loop, CoreSubscriber<? super List<Completion>> actual, Chain chain) {
            this.loop = loop;
            outcome = new Outcome<>(actual);
            missing = chain.operations().size();
            completions = new Completion[missing];
            for (Operation operation : chain.operations()) {
                int index = links.size();
                Link link = new Link(loop, operation, index, this);
                if (index > 0) {
                    links.get(index - 1).linkTo(link, chain.hardAfter(index - 1));
                }
                links.add(link);
            }
        }

        @Override
        public void request(long n) {
            if (Operators.validate(n)) {
                links.getFirst().submit();
            }
        }

        @Override
        public void cancel() {
            if (outcome.cancel()) {
                DisposalBatch.dispose(loop, this);
            }
        }

        /** Runs on the owner when the source was disposed of. */
        @Override
        public void run() {
            abandon();
        }

        private void abandon() {
            links.forEach(Request::dispose);
            discardEnded();
        }

        /** Frees what came with the links that have ended, and nobody will take. */
        private void discardEnded() {
            for (Link link : links) {
                Completion ended = completions[link.index];
                if (ended != null) {
                    completions[link.index] = null;
                    link.discard(ended);
                }
            }
        }

        /** Nothing is in flight any more, but what came before may still be here; and what was never asked for is released. */
        @Override
        public void rejected(Throwable cause) {
            abandon();
        }

        /** The first was disposed of before it was submitted, and so were those that wait behind it. */
        void neverSubmitted() {
            links.forEach(link -> Late.release(loop, link.operation));
        }

        void ended(int index, Completion completion) {
            completions[index] = completion;
            missing--;
            if (missing == 0 && outcome.decide()) {
                outcome.succeed(Arrays.stream(completions).map(Objects::requireNonNull).toList());
            }
        }

        void failed(Throwable cause) {
            if (outcome.decide()) {
                abandon();
                outcome.failDecided(cause);
            }
        }

        @Override
        @SuppressWarnings("rawtypes")
        public @Nullable Object scanUnsafe(Attr key) {
            return outcome.scan(key);
        }
    }

    private static final class Link extends Request {

        private final Operation operation;
        private final int index;
        private final Linked subscription;
        private @Nullable Completion sent;

        Link(EventLoop loop, Operation operation, int index, Linked subscription) {
            super(loop);
            this.operation = operation;
            this.index = index;
            this.subscription = subscription;
        }

        @Override
        protected int opcode() {
            return operation.opcode().code();
        }

        @Override
        protected boolean elusive() {
            return index > 0;
        }

        @Override
        protected boolean mayGiveMore() {
            return true;
        }

        @Override
        protected @Nullable Long chosenUserData() {
            return operation.chosenUserData();
        }

        @Override
        protected void prepare(Sqe sqe) {
            RawOneShot.write(loop(), operation, sqe);
        }

        @Override
        protected void staged(long userData) {
            operation.staged(userData);
        }

        @Override
        protected void completed(int result, int flags) {
            Completion before = sent;
            if (!isFinal(flags)) {
                sent = new Completion(result, flags & ~IoUringAbi.IORING_CQE_F_MORE, userData());
                free(before);
            } else if (before != null && (flags & IoUringAbi.IORING_CQE_F_NOTIF) != 0) {
                // This only says that a zero-copy send's memory is free.
                subscription.ended(index, before);
            } else {
                sent = null;
                free(before);
                subscription.ended(index, new Completion(result, flags, userData()));
            }
        }

        /** Of an operation that repeats, and is not known to: its one completion is the last. */
        private void free(@Nullable Completion before) {
            if (before != null) {
                discard(before);
            }
        }

        @Override
        protected void discarded(int result, int flags) {
            free(sent);
            sent = null;
            discard(new Completion(result, flags, userData()));
        }

        private void discard(Completion completion) {
            Late.discard(loop(), operation, completion, Signals.context(subscription.outcome.actual()));
        }

        @Override
        protected void neverSubmitted() {
            subscription.neverSubmitted();
        }

        @Override
        protected void failed(Throwable cause) {
            subscription.failed(cause);
        }

        @Override
        protected void released() {
            operation.release();
        }
    }
}
