package io.github.reactoruring.internal.spring.multipart;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.springframework.core.codec.DecodingException;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.codec.multipart.FormPartEvent;
import org.springframework.http.codec.multipart.Part;
import org.springframework.http.codec.multipart.PartEvent;

import io.github.reactoruring.internal.spring.OffRing;
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
public final class PartFlux extends Flux<Part> implements Scannable {

    private final Flux<PartEvent> events;
    private final PartStorage storage;

    private PartFlux(Flux<PartEvent> events, PartStorage storage) {
        this.events = events;
        this.storage = storage;
    }

    public static Flux<Part> create(Flux<PartEvent> events, PartStorage storage) {
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

    private static final class Assembly extends EachPart<Part> {

        private final PartStorage storage;
        private final AtomicReference<@Nullable Part> ready = new AtomicReference<>();
        private volatile Queue<DataBuffer> inMemory = new ConcurrentLinkedQueue<>();
        private volatile @Nullable Spill spill;
        private final AtomicReference<@Nullable Write> write = new AtomicReference<>();
        private volatile boolean done;
        private long partBytes;
        private boolean inPart;

        Assembly(CoreSubscriber<? super Part> actual, PartStorage storage) {
            super(actual);
            this.storage = storage;
        }

        // ---- From the events

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
                PartBuffers.release(event);
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
            if (isCancelled()) {
                PartBuffers.release(inMemory);
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
            write.set(writing);
            storage.store(content).subscribe(writing);
            if (isCancelled()) {
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

        private void written(Write over, Path path) {
            ready.set(UringParts.of(over.event, new PartContent.OnDisk(storage.uring(), path)));
            // Whoever drains may have emitted that part by now, and begun to write the next.
            write.compareAndSet(over, null);
            drain();
        }

        // ---- Towards the subscriber

        @Override
        void abandon() {
            abandonFile();
            PartBuffers.release(inMemory);
        }

        private void abandonFile() {
            Write writing = write.get();
            if (writing != null) {
                writing.cancel();
            }
            Spill toFile = spill;
            if (toFile != null) {
                toFile.cancel();
            }
        }

        private void finish(Part part) {
            ready.set(part);
            drain();
        }

        @Override
        boolean step() {
            // Looked at first: the last part is ready before its write is over.
            boolean last = done && write.get() == null;
            Part part = ready.getAndSet(null);
            if (part != null) {
                partIsOver();
                emit(part);
                return true;
            }
            if (last) {
                end(null);
                return false;
            }
            return askForNext();
        }

        @Override
        void discard() {
            Part part = ready.getAndSet(null);
            if (part != null) {
                part.delete().onErrorComplete().subscribe();
            }
            PartBuffers.release(inMemory);
        }
    }

    /**
     * Waits for a file. Its path gets through in any case: a file that nobody wants any more has to be deleted. Handlers are
     * called with what comes of it, so not on the ring's thread.
     */
    private static final class Write implements CoreSubscriber<Path> {

        private final Assembly assembly;
        private final PartEvent event;
        private final Operators.DeferredSubscription upstream = new Operators.DeferredSubscription();

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
            if (upstream.set(subscription)) {
                subscription.request(Long.MAX_VALUE);
            }
        }

        @Override
        public void onNext(Path path) {
            OffRing.run(() -> assembly.written(this, path));
        }

        @Override
        public void onError(Throwable error) {
            OffRing.run(() -> assembly.abort(error));
        }

        @Override
        public void onComplete() {
            // The path came first.
        }

        void cancel() {
            upstream.cancel();
        }
    }
}
