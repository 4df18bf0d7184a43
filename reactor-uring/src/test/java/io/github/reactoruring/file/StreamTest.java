package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.Uring;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

@Tag("kernel")
class StreamTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final Uring uring = Uring.builder("stream").build();

    @AfterEach
    void close() {
        uring.disposeLater().block(LONG);
    }

    @Test
    void emitsWhatArrivesUntilThePipeIsClosed() {
        UringPipe pipe = uring.files().pipe().block(LONG);

        StepVerifier.create(pipe.source().stream().map(StreamTest::text))
                .then(() -> pipe.sink().write(bytes("one")).block(LONG))
                .expectNext("one")
                .then(() -> pipe.sink().write(bytes("two")).block(LONG))
                .expectNext("two")
                .then(() -> pipe.sink().close().block(LONG))
                .expectComplete()
                .verify(LONG);
        pipe.source().close().block(LONG);
    }

    @Test
    void keepsEveryByteWhenTheSubscriberIsSlow() {
        UringPipe pipe = uring.files().pipe().block(LONG);
        byte[] sent = new byte[3_000_000];
        new Random(3).nextBytes(sent);
        pipe.sink().write(ByteBuffer.wrap(sent)).then(pipe.sink().close()).subscribe();

        ByteBuffer received = ByteBuffer.allocate(sent.length);
        StepVerifier.create(pipe.source().stream().doOnNext(received::put), 0)
                .thenRequest(1)
                .expectNextCount(1)
                .thenRequest(2)
                .expectNextCount(2)
                .thenRequest(Long.MAX_VALUE)
                .thenConsumeWhile(chunk -> true)
                .expectComplete()
                .verify(LONG);

        assertThat(received.array()).isEqualTo(sent);
        pipe.source().close().block(LONG);
    }

    @Test
    void takesNoDataAfterItsDisposal() {
        UringPipe pipe = uring.files().pipe().block(LONG);
        StepVerifier.create(pipe.source().stream().map(StreamTest::text))
                .then(() -> pipe.sink().write(bytes("seen")).block(LONG))
                .expectNext("seen")
                .thenCancel()
                .verify(LONG);
        Flux.interval(Duration.ofMillis(1)).takeUntil(tick -> uring.stats().inFlight() == 0).blockLast(LONG);

        pipe.sink().write(bytes("kept")).block(LONG);

        assertThat(pipe.source().read(10).map(StreamTest::text).block(LONG)).isEqualTo("kept");
        pipe.source().close().block(LONG);
        pipe.sink().close().block(LONG);
    }

    @Test
    void readsAtManyPositionsInTheirOrder(@TempDir Path directory) throws Exception {
        byte[] content = new byte[100_000];
        IntStream.range(0, content.length).forEach(i -> content[i] = (byte) (i / 100));
        UringFile file = uring.files().open(Files.write(directory.resolve("file"), content)).block(LONG);
        List<Long> positions = new Random(5).longs(500, 0, 1_000).map(block -> block * 100).boxed().toList();

        List<byte[]> blocks = file.readEach(Flux.fromIterable(positions), 100, 16).map(ByteBuffer::array)
                .collectList().block(LONG);

        assertThat(blocks).hasSize(500);
        for (int i = 0; i < 500; i++) {
            assertThat(blocks.get(i)).hasSize(100).containsOnly((byte) (positions.get(i) / 100));
        }
        file.close().block(LONG);
    }

    @Test
    void readsTextAndLinesAcrossChunks(@TempDir Path directory) throws Exception {
        String text = "zeile \u00fcber\u00e4ll \ud83d\ude00\r\n".repeat(9_000) + "last";
        Path file = Files.writeString(directory.resolve("file"), text);

        assertThat(String.join("", uring.files().text(file, StandardCharsets.UTF_8).collectList().block(LONG)))
                .isEqualTo(text);
        assertThat(uring.files().lines(file).collectList().block(LONG)).isEqualTo(text.lines().toList());
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ByteBuffer buffer) {
        return StandardCharsets.UTF_8.decode(buffer).toString();
    }
}
