package io.github.reactoruring.internal.spring.multipart;

import java.nio.charset.Charset;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.springframework.core.ResolvableType;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ReactiveHttpInputMessage;
import org.springframework.http.codec.multipart.PartEvent;
import org.springframework.http.codec.multipart.PartEventHttpMessageReader;

import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.Logger;
import reactor.util.Loggers;
import reactor.util.concurrent.Queues;
import reactor.util.context.Context;

/**
 * Emits the events of a multipart body as they are asked for. Spring's operators get all they can pass on, so that no
 * buffer stays in them: what waits, waits here, and is freed here.
 *
 * <p><b>Demand:</b> up to 512 KiB, and a network buffer more, are read ahead; the rest stays in the socket.
 *
 * <p><b>Cancellation:</b> frees what waits at once; so does a limit that is exceeded. Any other error comes behind what
 * waits.
 *
 * <p><b>Buffers:</b> the content of each event belongs to the subscriber.
 */
public final class PartEventFlux extends Flux<PartEvent> implements Scannable {

    private static final Logger LOG = Loggers.getLogger(PartEventFlux.class);
    private static final int MAX_WAITING_BYTES = 512 * 1024;
    /** Small chunks cost more than their bytes. */
    private static final int MAX_WAITING_EVENTS = 1024;
    /** Reactor's key for whom to tell of an error that cannot be passed on. */
    private static final String ON_ERROR_DROPPED = "reactor.onErrorDropped.local";

    private static final ResolvableType EVENT = ResolvableType.forClass(PartEvent.class);

    private final Flux<DataBuffer> body;
    private final Function<Flux<DataBuffer>, Flux<PartEvent>> parser;
    private final PartLimits limits;

    private PartEventFlux(Flux<DataBuffer> body, Function<Flux<DataBuffer>, Flux<PartEvent>> parser,
            PartLimits limits) {
        this.body = body;
        this.parser = parser;
        this.limits = limits;
    }

    /** Reads the body of {@code message}. */
    public static Flux<PartEvent> read(ReactiveHttpInputMessage message, Map<String, Object> hints,
            Charset headersCharset, PartLimits limits) {
        PartEventHttpMessageReader reader = new PartEventHttpMessageReader();
        // The limits that matter are checked here: Spring's would cancel the parser.
        reader.setMaxInMemorySize(-1);
        reader.setMaxHeadersSize(limits.maxHeadersBytes());
        reader.setHeadersCharset(headersCharset);
        return Flux.defer(() -> onAssembly(new PartEventFlux(message.getBody(),
                body -> reader.read(EVENT, new Gated(message.getHeaders(), body), hints), limits)));
    }

    @Override
    public void subscribe(CoreSubscriber<? super PartEvent> actual) {
        Events events = new Events(actual, body, limits.start());
        actual.onSubscribe(events);
        parser.apply(events.gate).subscribe(events);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }

    private record Gated(HttpHeaders headers, Flux<DataBuffer> body) implements ReactiveHttpInputMessage {

        @Override
        public HttpHeaders getHeaders() {
            return headers;
        }

        @Override
        public Flux<DataBuffer> getBody() {
            return body;
        }
    }

    private static final class Events extends Emission<PartEvent> implements BodyGate.Taker {

        private final BodyGate gate;
        private final PartLimits.Check limits;
        private final Queue<PartEvent> waiting = Queues.<PartEvent>unbounded(32).get();
        private final AtomicInteger waitingEvents = new AtomicInteger();
        private final AtomicLong waitingBytes = new AtomicLong();
        private volatile @Nullable Throwable error;
        private volatile boolean done;

        Events(CoreSubscriber<? super PartEvent> actual, Flux<DataBuffer> body, PartLimits.Check limits) {
            super(actual);
            this.limits = limits;
            gate = new BodyGate(body, this);
        }

        @Override
        public boolean hasRoom() {
            return waitingBytes.get() < MAX_WAITING_BYTES && waitingEvents.get() < MAX_WAITING_EVENTS;
        }

        @Override
        public void arriving(int bytes) {
            fail(limits.arriving(bytes));
        }

        private void fail(@Nullable Throwable error) {
            if (error != null && failWith(error)) {
                gate.fail(error);
                drain();
            }
        }

        // ---- From Spring's parser

        /** Reactor's operators tell of an error by the part and by the whole, and drop the second. */
        @Override
        public Context currentContext() {
            Context subscribers = super.currentContext();
            Consumer<Throwable> dropped = another -> {
                if (!hasFailed() && error == null) {
                    Operators.onErrorDropped(another, subscribers);
                } else if (LOG.isDebugEnabled()) {
                    LOG.debug("The parser failed once more, or when nobody wanted the parts any more", another);
                }
            };
            return subscribers.put(ON_ERROR_DROPPED, dropped);
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(PartEvent parsed) {
            PartEvent event = OwnedPartEvent.of(parsed);
            fail(limits.check(event));
            waitingEvents.incrementAndGet();
            waitingBytes.addAndGet(PartBuffers.bytesOf(event));
            waiting.offer(event);
            drain();
        }

        @Override
        public void onError(Throwable cause) {
            error = cause;
            done = true;
            drain();
        }

        @Override
        public void onComplete() {
            done = true;
            drain();
        }

        // ---- Towards the subscriber

        @Override
        void stop() {
            fail(new CancellationException("The parts are not wanted any more"));
        }

        @Override
        void round() {
            super.round();
            gate.resume();
        }

        @Override
        boolean step() {
            // Looked at first: what comes before the end is there then.
            boolean last = done;
            if (waiting.isEmpty()) {
                if (last) {
                    end(error);
                }
                return false;
            }
            if (!isRequested()) {
                return false;
            }
            emit(take());
            return true;
        }

        @Override
        void discard() {
            while (!waiting.isEmpty()) {
                PartBuffers.release(take());
            }
        }

        private PartEvent take() {
            PartEvent event = Objects.requireNonNull(waiting.poll(), "the queue is not empty");
            waitingEvents.decrementAndGet();
            waitingBytes.addAndGet(-PartBuffers.bytesOf(event));
            return event;
        }

        @Override
        @SuppressWarnings("rawtypes")
        public @Nullable Object scanUnsafe(Attr key) {
            return key == Attr.BUFFERED ? waitingEvents.get() : super.scanUnsafe(key);
        }
    }
}
