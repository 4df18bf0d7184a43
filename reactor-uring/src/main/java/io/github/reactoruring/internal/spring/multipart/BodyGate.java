package io.github.reactoruring.internal.spring.multipart;

import java.util.Queue;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;

import io.github.reactoruring.internal.spring.Demand;
import io.github.reactoruring.internal.spring.Drain;
import io.github.reactoruring.internal.spring.SingleReleaseBuffer;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.concurrent.Queues;
import reactor.util.context.Context;

/**
 * Stands between a request's body and Spring's multipart parser, and decides when the parser gets a buffer and when it
 * ends.
 *
 * <p>A parser that is cancelled from behind drops tokens, with their buffers, that no discard hook can name (Spring
 * 7.0.8). So it is never cancelled: it is told of an error instead, in turn with the buffers, and frees what it has.
 * Some of that it frees more than once, so that it gets the buffers as {@link SingleReleaseBuffer}s.
 *
 * <p><b>Demand:</b> the parser's, one buffer at a time, as long as there is room behind it. <b>Threading:</b> any; the
 * parser's signals come one after another.
 */
final class BodyGate extends Flux<DataBuffer> implements CoreSubscriber<DataBuffer>, Subscription {

    /** Whoever takes what the parser makes of the body. */
    interface Taker {

        /** Says whether more may be read. */
        boolean hasRoom();

        /** Is told of each buffer before the parser gets it. */
        void arriving(int bytes);
    }

    private final Flux<DataBuffer> body;
    private final Taker taker;
    private final Queue<DataBuffer> arrived = Queues.<DataBuffer>unbounded(8).get();
    private final Demand wanted = new Demand();
    private final Drain drain = new Drain(this::pass);
    /** The body is spoken to by one at a time (Reactive Streams, 2.7): Jetty's fails with "demand pending" otherwise. */
    private final Drain asking = new Drain(this::ask);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private @Nullable CoreSubscriber<? super DataBuffer> parser;
    private volatile @Nullable Subscription upstream;
    private volatile boolean parserReady;
    private volatile boolean bodyDone;
    private @Nullable Throwable bodyError;
    private volatile boolean over;

    BodyGate(Flux<DataBuffer> body, Taker taker) {
        this.body = body;
        this.taker = taker;
    }

    /** Tells the parser of an error, after the buffer it is at, and reads no more. The first one counts. */
    void fail(Throwable error) {
        if (failure.compareAndSet(null, error)) {
            drain.run();
        }
    }

    /** Looks whether there is room again. */
    void resume() {
        asking.run();
    }

    private void ask() {
        Subscription source = upstream;
        if (source == null) {
            return;
        }
        if (over) {
            // Cancelled more than once: only the first counts.
            source.cancel();
        } else if (wanted.isPositive() && taker.hasRoom()) {
            long n = wanted.takeAll();
            if (n > 0) {
                source.request(n);
            }
        }
    }

    // ---- Towards the parser

    @Override
    public void subscribe(CoreSubscriber<? super DataBuffer> actual) {
        parser = actual;
        body.subscribe(this);
    }

    @Override
    public void request(long n) {
        if (wanted.add(n)) {
            resume();
        }
    }

    /** Is called at the parser's own end: behind the last boundary, or at an error of its own. */
    @Override
    public void cancel() {
        over = true;
        asking.run();
        drain.run();
    }

    // ---- From the body

    @Override
    public Context currentContext() {
        return parser == null ? Context.empty() : parser.currentContext();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        if (Operators.validate(upstream, subscription) && parser != null) {
            upstream = subscription;
            parser.onSubscribe(this);
            parserReady = true;
            drain.run();
        }
    }

    @Override
    public void onNext(DataBuffer buffer) {
        arrived.offer(buffer);
        drain.run();
    }

    @Override
    public void onError(Throwable error) {
        if (bodyDone) {
            Operators.onErrorDropped(error, currentContext());
            return;
        }
        bodyError = error;
        bodyDone = true;
        drain.run();
    }

    @Override
    public void onComplete() {
        bodyDone = true;
        drain.run();
    }

    // ---- Between the two

    private void pass() {
        CoreSubscriber<? super DataBuffer> target = parser;
        try {
            if (target != null && parserReady) {
                passTo(target);
            }
        } finally {
            if (over) {
                PartBuffers.release(arrived);
            }
        }
    }

    private void passTo(CoreSubscriber<? super DataBuffer> target) {
        while (!over) {
            Throwable failed = failure.get();
            boolean done = bodyDone;
            DataBuffer buffer = failed == null ? arrived.poll() : null;
            if (buffer != null) {
                taker.arriving(buffer.readableByteCount());
                target.onNext(SingleReleaseBuffer.of(buffer));
            } else if (failed != null) {
                over = true;
                asking.run();
                target.onError(failed);
            } else if (done) {
                over = true;
                end(target);
            } else {
                return;
            }
        }
    }

    private void end(CoreSubscriber<? super DataBuffer> target) {
        if (bodyError != null) {
            target.onError(bodyError);
        } else {
            target.onComplete();
        }
    }
}
