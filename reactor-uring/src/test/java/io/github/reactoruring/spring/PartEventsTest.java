package io.github.reactoruring.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.reactivestreams.Subscription;
import org.springframework.core.ResolvableType;
import org.springframework.core.codec.DecodingException;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ReactiveHttpInputMessage;
import org.springframework.http.codec.multipart.PartEvent;

import io.github.reactoruring.internal.spring.multipart.PartBuffers;
import io.github.reactoruring.testing.buffers.NettyLeaks;
import io.netty.buffer.ByteBufAllocator;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

@ExtendWith(NettyLeaks.class)
class PartEventsTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final byte[] CONTENT = UploadServing.content(100_000);

    private final NettyDataBufferFactory buffers = new NettyDataBufferFactory(ByteBufAllocator.DEFAULT);
    private final Random random = new Random(1);
    private final ReleasingPartEventHttpMessageReader reader = new ReleasingPartEventHttpMessageReader();
    private final List<Throwable> dropped = new ArrayList<>();

    PartEventsTest() {
        Hooks.onErrorDropped(dropped::add);
    }

    @AfterEach
    void nothingIsDropped() {
        Hooks.resetOnErrorDropped();
        assertThat(dropped).isEmpty();
    }

    @Test
    void aHandlerGetsTheContentOfItsPart() {
        for (int i = 0; i < 20; i++) {
            assertThat(PartEvents.concatMap(events(body()), (first, content) -> size(content)
                    .map(size -> first.name() + " " + size)).collectList().block(TIMEOUT))
                    .containsExactly("title 5", "a 100000", "empty 0", "b 100000");
        }
    }

    @Test
    void aSecondSubscriberOfAPartsContentIsRefusedAndTheFirstGetsAll() {
        assertThat(PartEvents.concatMap(events(body()), (first, content) -> {
            Mono<Long> size = size(content).cache();
            size.subscribe();
            return size(content).onErrorResume(IllegalStateException.class, refused -> size)
                    .map(bytes -> first.name() + " " + bytes);
        }).collectList().block(TIMEOUT)).containsExactly("title 5", "a 100000", "empty 0", "b 100000");
    }

    @Test
    void whatAHandlerDoesNotTakeIsReleased() {
        assertThat(PartEvents.concatMap(events(body()), (first, content) -> switch (first.name()) {
            case "title" -> Mono.just("ignored");
            case "a" -> content.take(1).doOnNext(DataBufferUtils::release).then(Mono.just("begun"));
            case "empty" -> Mono.<String>empty();
            default -> Mono.just("last");
        }).collectList().block(TIMEOUT)).containsExactly("ignored", "begun", "last");
    }

    @Test
    void anErrorOfAHandlerIsTheResults() {
        assertThatThrownBy(() -> PartEvents.concatMap(events(body()),
                (first, content) -> first.name().equals("a") ? Mono.error(new IOException("full")) : size(content))
                .collectList().block(TIMEOUT)).hasRootCauseMessage("full");
        assertThatThrownBy(() -> PartEvents.<Object>concatMap(events(body()), (first, content) -> {
            throw new IllegalStateException("broken");
        }).collectList().block(TIMEOUT)).hasMessage("broken");
    }

    @Test
    void anErrorOfTheBodyFailsTheHandlerAndTheResult() {
        byte[] body = body();
        AtomicInteger failed = new AtomicInteger();
        for (int bytes = 500; bytes < body.length - 10; bytes += 1 + random.nextInt(4_000)) {
            Flux<PartEvent> cut = read(pieces(java.util.Arrays.copyOf(body, bytes))
                    .concatWith(Flux.error(new IOException("gone"))));

            assertThatThrownBy(() -> PartEvents.concatMap(cut,
                    (first, content) -> size(content).doOnError(error -> failed.incrementAndGet())).collectList()
                    .block(TIMEOUT)).hasRootCauseMessage("gone");
        }
        assertThat(failed.get()).isPositive();
    }

    @Test
    void aCancelAnywhereLeavesNoBuffer() throws Exception {
        byte[] body = body();
        Scheduler network = Schedulers.newSingle("network");
        Scheduler disk = Schedulers.newSingle("disk");
        try {
            for (int i = 0; i < 300; i++) {
                AtomicInteger pieces = new AtomicInteger();
                int enough = random.nextInt(40);
                Flux<PartEvent> events = read(
                        pieces(body).subscribeOn(network).doOnNext(piece -> pieces.incrementAndGet()));
                BaseSubscriber<Long> subscriber = PartEvents.concatMap(events,
                        (first, content) -> size(content).subscribeOn(disk)).subscribeWith(new BaseSubscriber<>() {
                        });
                while (pieces.get() < enough && !subscriber.isDisposed()) {
                    Thread.onSpinWait();
                }
                subscriber.dispose();
            }
        } finally {
            network.disposeGracefully().block(TIMEOUT);
            disk.disposeGracefully().block(TIMEOUT);
        }
    }

    /** As with Spring's own reader, whoever stores what he gets has what was there. */
    @Test
    void whatCameBeforeAnErrorIsEmittedBeforeIt() {
        byte[] body = body();
        for (Flux<DataBuffer> cut : List.of(pieces(java.util.Arrays.copyOf(body, body.length - 20)),
                pieces(java.util.Arrays.copyOf(body, 150_000)).concatWith(Flux.error(new IOException("gone"))))) {
            List<String> told = new ArrayList<>();
            BaseSubscriber<PartEvent> late = read(cut).subscribeWith(new BaseSubscriber<>() {

                @Override
                protected void hookOnSubscribe(Subscription subscription) {
                    // Requests when all is over.
                }

                @Override
                protected void hookOnNext(PartEvent event) {
                    PartBuffers.release(event);
                    told.add(event.name());
                }

                @Override
                protected void hookOnError(Throwable error) {
                    told.add("error");
                }
            });
            assertThat(told).isEmpty();

            late.request(Long.MAX_VALUE);

            assertThat(told).startsWith("title", "a", "a").contains("empty", "b").endsWith("error");
        }
    }

    @Test
    void limitsAreSpringsErrors() {
        reader.setMaxInMemorySize(100);
        reader.setMaxPartSize(50_000);
        reader.setMaxParts(2);

        assertThatThrownBy(() -> all(new MultipartBody().field("a", "x".repeat(101))))
                .isInstanceOf(DataBufferLimitException.class);
        assertThatThrownBy(() -> all(new MultipartBody().file("a", "a.bin", CONTENT)))
                .isInstanceOf(DataBufferLimitException.class).hasMessage("Part exceeded the limit of 50000 bytes");
        assertThatThrownBy(() -> all(new MultipartBody().field("a", "").field("b", "").field("c", "")))
                .isInstanceOf(DecodingException.class).hasMessage("Too many parts (3/2 allowed)");
    }

    private void all(MultipartBody body) {
        events(body.bytes()).doOnNext(PartBuffers::release).then().block(TIMEOUT);
    }

    private static byte[] body() {
        return new MultipartBody().field("title", "title").file("a", "a.bin", CONTENT)
                .file("empty", "e.bin", new byte[0]).file("b", "b.bin", CONTENT).bytes();
    }

    private static Mono<Long> size(Flux<DataBuffer> content) {
        return content.map(buffer -> {
            long size = buffer.readableByteCount();
            DataBufferUtils.release(buffer);
            return size;
        }).reduce(0L, Long::sum);
    }

    private Flux<DataBuffer> pieces(byte[] body) {
        return Flux.generate(() -> 0, (start, sink) -> {
            int count = Math.min(body.length - start, 1 + random.nextInt(10_000));
            if (count == 0) {
                sink.complete();
            } else {
                sink.next(buffers.allocateBuffer(count).write(body, start, count));
            }
            return start + count;
        });
    }

    private Flux<PartEvent> events(byte[] body) {
        return read(pieces(body));
    }

    private Flux<PartEvent> read(Flux<DataBuffer> body) {
        HttpHeaders headers = new HttpHeaders();
        headers.set("Content-Type", MultipartBody.CONTENT_TYPE);
        return reader.read(ResolvableType.forClass(PartEvent.class), new ReactiveHttpInputMessage() {

            @Override
            public HttpHeaders getHeaders() {
                return headers;
            }

            @Override
            public Flux<DataBuffer> getBody() {
                return body;
            }
        }, Map.of());
    }
}
