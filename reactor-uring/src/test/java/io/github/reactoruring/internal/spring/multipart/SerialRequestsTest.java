package io.github.reactoruring.internal.spring.multipart;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ReactiveHttpInputMessage;
import org.springframework.http.codec.multipart.PartEvent;

import reactor.core.CoreSubscriber;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

/**
 * The body of a request is asked for one buffer after another, never by two threads at once (Reactive Streams, 2.7):
 * Jetty's fails with "demand pending" then.
 */
class SerialRequestsTest {

    /** More than is read ahead, so that the body has to be asked again by whoever takes the events. */
    private static final int CONTENT_BYTES = 2_000_000;
    private static final int PIECE_BYTES = 50_000;
    private static final String PART = "--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"a\"\r\n\r\n"
            + "0123456789".repeat(CONTENT_BYTES / 10) + "\r\n--b--\r\n";

    private final ExecutorService network = Executors.newSingleThreadExecutor();
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger atOnce = new AtomicInteger();

    @AfterEach
    void stop() {
        network.close();
    }

    @Test
    void nobodyRequestsWhileAnotherDoes() throws InterruptedException {
        Body body = new Body();
        AtomicInteger taken = new AtomicInteger();
        CountDownLatch end = new CountDownLatch(1);
        BaseSubscriber<PartEvent> taking = PartEventFlux.read(message(body), Map.of(), StandardCharsets.UTF_8,
                new PartLimits(-1, 1000, -1, -1)).doFinally(signal -> end.countDown())
                .subscribeWith(new BaseSubscriber<>() {

                    @Override
                    protected void hookOnSubscribe(Subscription subscription) {
                        // Takes nothing yet.
                    }

                    @Override
                    protected void hookOnNext(PartEvent event) {
                        taken.addAndGet(event.content().readableByteCount());
                    }
                });
        assertThat(body.given).as("what is read ahead").isBetween(500_000, 700_000);

        taking.request(Long.MAX_VALUE);

        assertThat(end.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(taken).hasValue(CONTENT_BYTES);
        assertThat(atOnce).as("requests made while another was").hasValue(0);
    }

    /** Has the network's thread give what is requested, and is not done with the request before that is. */
    private final class Body extends Flux<DataBuffer> implements Subscription {

        private final byte[] bytes = PART.getBytes(StandardCharsets.US_ASCII);
        private CoreSubscriber<? super DataBuffer> reader;
        private volatile int given;

        @Override
        public void subscribe(CoreSubscriber<? super DataBuffer> actual) {
            reader = actual;
            actual.onSubscribe(this);
        }

        @Override
        public void request(long n) {
            if (inside.incrementAndGet() > 1) {
                atOnce.incrementAndGet();
            }
            try {
                for (long i = 0; i < n; i++) {
                    Future<?> giving = network.submit(this::give);
                    if (inside.get() == 1) {
                        giving.get();
                    }
                }
            } catch (Exception e) {
                throw new AssertionError(e);
            } finally {
                inside.decrementAndGet();
            }
        }

        private void give() {
            int count = Math.max(0, Math.min(PIECE_BYTES, bytes.length - given));
            if (count > 0) {
                byte[] piece = new byte[count];
                System.arraycopy(bytes, given, piece, 0, count);
                given += count;
                reader.onNext(DefaultDataBufferFactory.sharedInstance.wrap(piece));
            }
            if (given == bytes.length) {
                given++;
                reader.onComplete();
            }
        }

        @Override
        public void cancel() {
            given = bytes.length + 1;
        }
    }

    private static ReactiveHttpInputMessage message(Flux<DataBuffer> body) {
        HttpHeaders headers = new HttpHeaders();
        headers.set("Content-Type", "multipart/form-data; boundary=b");
        return new ReactiveHttpInputMessage() {

            @Override
            public HttpHeaders getHeaders() {
                return headers;
            }

            @Override
            public Flux<DataBuffer> getBody() {
                return body;
            }
        };
    }
}
