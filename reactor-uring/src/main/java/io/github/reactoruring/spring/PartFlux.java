package io.github.reactoruring.spring;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.springframework.core.codec.DecodingException;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.codec.multipart.FormPartEvent;
import org.springframework.http.codec.multipart.Part;
import org.springframework.http.codec.multipart.PartEvent;

import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Makes parts of the events of a multipart body: small ones in memory, others in a file.
 *
 * <p><b>Demand:</b> one part after the other, each when it is asked for. A file's content is asked for as it is written.
 *
 * <p><b>Cancellation, errors:</b> free what is in memory and delete the file that is being written. An error is told when
 * that is done. Parts that were emitted belong to the subscriber.
 */
final class PartFlux extends Flux<Part> implements Scannable {

    private final Flux<PartEvent> events;
    private final PartStorage storage;

    private PartFlux(Flux<PartEvent> events, PartStorage storage) {
        this.events = events;
        this.storage = storage;
    }

    static Flux<Part> create(Flux<PartEvent> events, PartStorage storage) {
        return onAssembly(new PartFlux(events, storage));
    }

    @Override
    public void subscribe(CoreSubscriber<? super Part> actual) {
        events.subscribe(new Assembly(actual, storage));
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Object scanUnsafe(Attr key) {
        return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
    }

    private static final class Assembly implements CoreSubscriber<PartEvent>, Subscription, Scannable {

        private final CoreSubscriber<? super Part> actual;
        private final PartStorage storage;
        private final AtomicLong requested = new AtomicLong();
        /** Whoever makes it 1 emits, for all who come meanwhile. */
        private final AtomicInteger emitting = new AtomicInteger();
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        private final AtomicReference<@Nullable Part> ready = new AtomicReference<>();
        private volatile Queue<DataBuffer> inMemory = new ConcurrentLinkedQueue<>();
        private volatile @Nullable Spill spill;
        private volatile @Nullable Write write;
        private volatile boolean cancelled;
        private volatile boolean done;
        private @Nullable Subscription upstream;
        private long partBytes;
        private boolean inPart;
        /** A part was asked for, and is not emitted yet. */
        private boolean asked;
        private boolean terminated;

        Assembly(CoreSubscriber<? super Part> actual, PartStorage storage) {
            this.actual = actual;
            this.storage = storage;
        }

        // ---- From the events

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            if (Operators.validate(upstream, subscription)) {
                upstream = subscription;
                actual.onSubscribe(this);
            }
        }

        @Override
        public void onNext(PartEvent event) {
            if (event instanceof FormPartEvent form) {
                finish(UringParts.formField(form));
                return;
            }
            if (!inPart) {
                partBytes = 0;
                spill = null;
            }
            inPart = !event.isLast();
            partBytes += event.content().readableByteCount();
            Spill toFile = spill;
            if (storage.exceedsDisk(partBytes)) {
                PartLimits.release(event);
                upstream().cancel();
                onError(storage.tooLarge());
            } else if (toFile != null) {
                toFile.offer(event.content(), event.isLast());
            } else {
                keep(event);
            }
        }

        private void keep(PartEvent event) {
            inMemory.add(event.content());
            if (storage.exceedsMemory(partBytes)) {
                moveToFile(event);
            } else if (event.isLast()) {
                finish(UringParts.of(event, new PartContent.InMemory(storage.uring(), content())));
            } else {
                upstream().request(1);
            }
            if (cancelled) {
                Spill.release(inMemory);
            }
        }

        private byte[] content() {
            ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(partBytes));
            for (DataBuffer buffer = inMemory.poll(); buffer != null; buffer = inMemory.poll()) {
                int bytes = buffer.readableByteCount();
                buffer.toByteBuffer(buffer.readPosition(), content, content.position(), bytes);
                content.position(content.position() + bytes);
                DataBufferUtils.release(buffer);
            }
            return content.array();
        }

        private void moveToFile(PartEvent event) {
            Queue<DataBuffer> soFar = inMemory;
            inMemory = new ConcurrentLinkedQueue<>();
            Spill content = new Spill(soFar, event.isLast(), () -> upstream().request(1));
            Write writing = new Write(this, event);
            spill = content;
            write = writing;
            storage.store(content).subscribe(writing);
            if (cancelled) {
                abandonFile();
            }
        }

        @Override
        public void onError(Throwable error) {
            Spill toFile = spill;
            // A file that is not whole is deleted first.
            if (toFile == null || !toFile.fail(error)) {
                fail(error);
            }
        }

        @Override
        public void onComplete() {
            if (inPart) {
                onError(new DecodingException("The body ended within a part"));
            } else {
                done = true;
                drain();
            }
        }

        // ---- From the file

        private void written(PartEvent event, Path path) {
            ready.set(UringParts.of(event, new PartContent.OnDisk(storage.uring(), path)));
            write = null;
            drain();
        }

        private void notWritten(Throwable error) {
            upstream().cancel();
            fail(error);
        }

        // ---- Towards the subscriber

        @Override
        public void request(long n) {
            if (Operators.validate(n)) {
                requested.accumulateAndGet(n, Operators::addCap);
                drain();
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
            upstream().cancel();
            abandonFile();
            Spill.release(inMemory);
            drain();
        }

        private void abandonFile() {
            Write writing = write;
            if (writing != null) {
                writing.cancel();
            }
            Spill toFile = spill;
            if (toFile != null) {
                toFile.cancel();
            }
        }

        private Subscription upstream() {
            return Objects.requireNonNull(upstream, "onSubscribe comes first");
        }

        private void finish(Part part) {
            ready.set(part);
            drain();
        }

        private void fail(Throwable error) {
            failure.compareAndSet(null, error);
            drain();
        }

        private void drain() {
            if (emitting.getAndIncrement() != 0) {
                return;
            }
            int missed = 1;
            do {
                while (isLive() && emitOrAsk()) {
                    // Until there is nothing to do.
                }
                if (!isLive()) {
                    discard();
                }
                missed = emitting.addAndGet(-missed);
            } while (missed != 0);
        }

        /** Tells of the error, if there is one and it was not told. */
        private boolean isLive() {
            Throwable error = failure.get();
            if (error != null && !cancelled && !terminated) {
                terminated = true;
                actual.onError(error);
            }
            return !cancelled && !terminated;
        }

        /** Returns whether it did something. */
        private boolean emitOrAsk() {
            // Looked at first: the last part is ready before its write is over.
            boolean last = done && write == null;
            Part part = ready.getAndSet(null);
            if (part != null) {
                asked = false;
                requested.updateAndGet(n -> n == Long.MAX_VALUE ? n : n - 1);
                actual.onNext(part);
                return true;
            }
            if (last) {
                terminated = true;
                actual.onComplete();
                return false;
            }
            if (asked || requested.get() == 0) {
                return false;
            }
            asked = true;
            upstream().request(1);
            return true;
        }

        private void discard() {
            Part part = ready.getAndSet(null);
            if (part != null) {
                part.delete().onErrorComplete().subscribe();
            }
            Spill.release(inMemory);
        }

        @Override
        @SuppressWarnings("rawtypes")
        public @Nullable Object scanUnsafe(Attr key) {
            if (key == Attr.ACTUAL) {
                return actual;
            }
            if (key == Attr.PARENT) {
                return upstream;
            }
            if (key == Attr.CANCELLED) {
                return cancelled;
            }
            if (key == Attr.TERMINATED) {
                return terminated;
            }
            if (key == Attr.ERROR) {
                return failure.get();
            }
            if (key == Attr.REQUESTED_FROM_DOWNSTREAM) {
                return requested.get();
            }
            return key == Attr.RUN_STYLE ? Attr.RunStyle.SYNC : null;
        }
    }

    /** Waits for a file. Its path gets through in any case: a file that nobody wants any more has to be deleted. */
    private static final class Write implements CoreSubscriber<Path>, Subscription {

        private final Assembly assembly;
        private final PartEvent event;
        private volatile @Nullable Subscription upstream;
        private volatile boolean cancelled;

        Write(Assembly assembly, PartEvent event) {
            this.assembly = assembly;
            this.event = event;
        }

        @Override
        public Context currentContext() {
            return assembly.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            if (Operators.validate(upstream, subscription)) {
                upstream = subscription;
                subscription.request(Long.MAX_VALUE);
                if (cancelled) {
                    subscription.cancel();
                }
            }
        }

        @Override
        public void onNext(Path path) {
            assembly.written(event, path);
        }

        @Override
        public void onError(Throwable error) {
            assembly.notWritten(error);
        }

        @Override
        public void onComplete() {
            // The path came first.
        }

        @Override
        public void request(long n) {
            // One path is all there is.
        }

        @Override
        public void cancel() {
            cancelled = true;
            Subscription subscription = upstream;
            if (subscription != null) {
                subscription.cancel();
            }
        }
    }
}
