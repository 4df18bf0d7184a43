package io.github.reactoruring.internal.spring.multipart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ReactiveHttpInputMessage;
import org.springframework.http.codec.multipart.PartEvent;

import io.netty.buffer.PooledByteBufAllocator;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Subscribers that throw where they must not: a source still hears them cancel, and frees what it has. */
class ThrowingSubscriberTest {

    private static final int BUFFERS = 20;
    private static final int BUFFER_BYTES = 1_000;

    private final PooledByteBufAllocator allocator = new PooledByteBufAllocator(true);
    private final NettyDataBufferFactory buffers = new NettyDataBufferFactory(allocator);

    @AfterEach
    void everyBufferIsBack() {
        assertThat(allocator.pinnedDirectMemory()).isZero();
    }

    @Test
    void eventsAreFreedWhenTheirSubscriberHasThrown() {
        Throwing<PartEvent> subscriber = new Throwing<>(PartBuffers::release);
        events().subscribe(subscriber);

        assertThatThrownBy(() -> subscriber.subscription().request(1)).isSameAs(Throwing.THROWN);
        assertThat(allocator.pinnedDirectMemory()).isPositive();
        subscriber.subscription().cancel();
    }

    @Test
    void partsAreFreedWhenTheSubscriberOfTheirResultsHasThrown() {
        Throwing<String> subscriber = new Throwing<>(result -> {
        });
        HandledParts.create(events(), (first, content) -> Mono.just("result")).subscribe(subscriber);

        assertThatThrownBy(() -> subscriber.subscription().request(1)).isSameAs(Throwing.THROWN);
        assertThat(allocator.pinnedDirectMemory()).isPositive();
        subscriber.subscription().cancel();
    }

    @Test
    void contentIsFreedWhenWhoTakesItHasThrown() {
        Queue<DataBuffer> waiting = new ArrayDeque<>();
        for (int i = 0; i < BUFFERS; i++) {
            waiting.add(buffer());
        }
        Throwing<DataBuffer> subscriber = new Throwing<>(DataBufferUtils::release);
        new Spill(waiting, true, () -> {
        }).subscribe(subscriber);

        assertThatThrownBy(() -> subscriber.subscription().request(BUFFERS)).isSameAs(Throwing.THROWN);
        assertThat(waiting).hasSize(BUFFERS - 1);
        subscriber.subscription().cancel();
    }

    @Test
    void aBodyIsFreedWhenItsParserHasThrown() {
        Throwing<DataBuffer> parser = new Throwing<>(DataBufferUtils::release);
        parser.requestsAtOnce = BUFFERS;
        BodyGate gate = new BodyGate(Flux.from(whatIsAskedFor()), new BodyGate.Taker() {

            @Override
            public boolean hasRoom() {
                return true;
            }

            @Override
            public void arriving(int bytes) {
                // As many as it likes.
            }
        });

        assertThatThrownBy(() -> gate.subscribe(parser)).isSameAs(Throwing.THROWN);
        assertThat(allocator.pinnedDirectMemory()).isPositive();
        gate.cancel();
    }

    @Test
    void contentIsFreedWhenWhoTakesItThrowsAtItsError() {
        Spill content = new Spill(new ArrayDeque<>(List.of(buffer(), buffer())), false, () -> {
        });
        content.subscribe(new Throwing<>(DataBufferUtils::release));

        assertThatThrownBy(() -> content.fail(new IOException("gone"))).isSameAs(Throwing.THROWN);
    }

    @Test
    void whatIsMadeOfEventsIsDiscardedWhenTheSubscriberThrowsAtItsError() {
        AtomicInteger discarded = new AtomicInteger();
        EachPart<String> parts = new EachPart<>(new Throwing<>(part -> {
        })) {

            @Override
            boolean step() {
                return false;
            }

            @Override
            void discard() {
                discarded.incrementAndGet();
            }

            @Override
            void abandon() {
                // Nothing is at hand.
            }

            @Override
            public void onNext(PartEvent event) {
                throw new AssertionError("nobody asks");
            }

            @Override
            public void onError(Throwable error) {
                fail(error);
            }

            @Override
            public void onComplete() {
                throw new AssertionError("nothing completes");
            }
        };

        assertThatThrownBy(() -> parts.onError(new IOException("gone"))).isSameAs(Throwing.THROWN);
        assertThat(discarded).hasValue(1);
    }

    private DataBuffer buffer() {
        return buffers.allocateBuffer(BUFFER_BYTES).write(new byte[BUFFER_BYTES]);
    }

    /** Emits what is requested, and passes on what is thrown; Reactor's own would catch it. */
    private Publisher<DataBuffer> whatIsAskedFor() {
        return subscriber -> subscriber.onSubscribe(new Subscription() {

            @Override
            public void request(long n) {
                for (long i = 0; i < n; i++) {
                    subscriber.onNext(buffer());
                }
            }

            @Override
            public void cancel() {
                // Nothing is left to emit.
            }
        });
    }

    private DataBuffer text(String text) {
        return buffers.allocateBuffer(text.length()).write(text, StandardCharsets.US_ASCII);
    }

    /** One part of a file, which never ends. */
    private Flux<PartEvent> events() {
        HttpHeaders headers = new HttpHeaders();
        headers.set("Content-Type", "multipart/form-data; boundary=b");
        Flux<DataBuffer> body = Flux.concat(
                Mono.fromSupplier(() -> text(
                        "--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"a.bin\"\r\n\r\n")),
                Flux.range(0, BUFFERS).map(i -> buffer()), Flux.never());
        return PartEventFlux.read(new ReactiveHttpInputMessage() {

            @Override
            public HttpHeaders getHeaders() {
                return headers;
            }

            @Override
            public Flux<DataBuffer> getBody() {
                return body;
            }
        }, Map.of(), StandardCharsets.UTF_8, new PartLimits(-1, 10_000, -1, -1));
    }

    /** Frees what it gets, and throws. */
    private static final class Throwing<T> implements CoreSubscriber<T> {

        static final IllegalStateException THROWN = new IllegalStateException("of the test");

        private final Consumer<T> freeing;
        private @Nullable Subscription subscription;
        private long requestsAtOnce;

        Throwing(Consumer<T> freeing) {
            this.freeing = freeing;
        }

        Subscription subscription() {
            return Objects.requireNonNull(subscription);
        }

        @Override
        public void onSubscribe(Subscription given) {
            subscription = given;
            if (requestsAtOnce > 0) {
                given.request(requestsAtOnce);
            }
        }

        @Override
        public void onNext(T value) {
            freeing.accept(value);
            throw THROWN;
        }

        @Override
        public void onError(Throwable error) {
            throw THROWN;
        }

        @Override
        public void onComplete() {
            throw new AssertionError("nothing completes");
        }
    }
}
