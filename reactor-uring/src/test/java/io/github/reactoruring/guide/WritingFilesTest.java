package io.github.reactoruring.guide;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.Uring;
import io.github.reactoruring.buffer.RegisteredBuffer;
import io.github.reactoruring.buffer.RegisteredBuffers;
import io.github.reactoruring.file.TailOptions;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.file.UringPipe;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.file.WriteOptions.Creation;
import io.github.reactoruring.file.WriteOptions.Partial;
import io.github.reactoruring.file.WriteOptions.Sync;
import io.github.reactoruring.netty.NettyBuffers;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Runs what the guide's chapter on writing shows. */
@NeedsUring
class WritingFilesTest {

    @RegisterExtension
    final TestUring testUring = TestUring.withDefaults();

    @TempDir
    private Path directory;

    @Test
    void writesWhatAPublisherEmits() {
        Uring uring = testUring.get();
        Path file = directory.resolve("report");
        Flux<Integer> rows = Flux.range(1, 3);

        // snippet: write-from-publisher
        Flux<ByteBuffer> report = rows.map(row -> ByteBuffer.wrap((row + "\n").getBytes(UTF_8)));

        Mono<Long> bytes = uring.files().write(file, report);
        // end of snippet

        StepVerifier.create(bytes).expectNext(6L).verifyComplete();
        assertThat(file).hasContent("1\n2\n3\n");
    }

    @Test
    void choosesHowTheFileIsMade() {
        Uring uring = testUring.get();
        Path file = directory.resolve("file");

        // snippet: write-options
        WriteOptions log = WriteOptions.defaults()
                .append()
                .withSync(Sync.DATA);

        WriteOptions upload = WriteOptions.defaults()
                .withCreation(Creation.NEW)
                .withPartial(Partial.DELETE);
        // end of snippet

        uring.files().write(file, bytes("a"), upload).block();
        uring.files().write(file, bytes("b"), log).block();
        assertThat(file).hasContent("ab");
    }

    @Test
    void timesOut() {
        Uring uring = testUring.get();
        Path file = directory.resolve("file");
        Flux<ByteBuffer> body = bytes("a");

        // snippet: write-timeout
        Mono<Long> saved = uring.files()
                .write(file, body, WriteOptions.defaults().withCreation(Creation.NEW).withPartial(Partial.DELETE))
                .timeout(Duration.ofSeconds(30));
        // end of snippet

        StepVerifier.create(saved).expectNext(1L).verifyComplete();
        Path other = directory.resolve("other");
        StepVerifier.create(uring.files()
                .write(other, body.concatWith(Flux.never()), WriteOptions.defaults().withPartial(Partial.DELETE))
                .timeout(Duration.ofMillis(50))).verifyError(TimeoutException.class);
        Await.until("nothing left", () -> !Files.exists(other));
    }

    @Test
    void replacesAtOnce() throws Exception {
        Uring uring = testUring.get();
        Path file = Files.writeString(directory.resolve("file"), "old");
        Flux<ByteBuffer> newContent = bytes("new");

        // snippet: replace
        Mono<Long> replaced = uring.files().replace(file, newContent);
        // end of snippet

        StepVerifier.create(replaced).expectNext(3L).verifyComplete();
        assertThat(file).hasContent("new");
    }

    @Test
    void copies() throws Exception {
        Uring uring = testUring.get();
        Path from = Files.writeString(directory.resolve("from"), "content");
        Path to = directory.resolve("to");

        // snippet: copy
        Mono<Long> copied = uring.files().copy(from, to, WriteOptions.defaults().withPartial(Partial.DELETE));
        // end of snippet

        StepVerifier.create(copied).expectNext(7L).verifyComplete();
        assertThat(to).hasSameBinaryContentAs(from);
    }

    @Test
    void movesToAPipe() throws Exception {
        Uring uring = testUring.get();
        Path file = Files.writeString(directory.resolve("file"), "content");
        UringPipe pipe = uring.files().pipe().block();

        // snippet: splice
        Mono<Long> moved = Mono.usingWhen(uring.files().open(file),
                opened -> opened.transferTo(pipe.sink(), Long.MAX_VALUE),
                UringFile::close);
        // end of snippet

        StepVerifier.create(moved).expectNext(7L).verifyComplete();
        StepVerifier.create(pipe.source().read(100)).expectNext(ByteBuffer.wrap("content".getBytes(UTF_8)))
                .verifyComplete();
        Mono.when(pipe.source().close(), pipe.sink().close()).block();
    }

    @Test
    void writesSeveralBuffersAtAPosition() throws Exception {
        Uring uring = testUring.get();
        Path file = Files.writeString(directory.resolve("file"), "0123456789");
        long offset = 3;
        ByteBuffer header = ByteBuffer.wrap("h".getBytes(UTF_8));
        ByteBuffer payload = ByteBuffer.wrap("pp".getBytes(UTF_8));

        // snippet: positional
        Mono<Long> updated = Mono.usingWhen(uring.files().open(file, READ, WRITE),
                opened -> opened.writeAt(offset, List.of(header, payload))
                        .delayUntil(written -> opened.fdatasync()),
                UringFile::close);
        // end of snippet

        StepVerifier.create(updated).expectNext(3L).verifyComplete();
        assertThat(file).hasContent("012hpp6789");
    }

    @Test
    void leavesOutThePageCache() throws Exception {
        Uring uring = testUring.get();
        Path file = Files.write(directory.resolve("file"), new byte[100_000]);

        // To name it in Java is a warning, since it is of jdk.unsupported.
        OpenOption direct = (OpenOption) Class.forName("com.sun.nio.file.ExtendedOpenOption").getField("DIRECT")
                .get(null);

        // snippet: direct
        Mono<ByteBuffer> block = Mono.usingWhen(uring.files().open(file, READ, direct),
                opened -> opened.readAt(0, opened.alignmentBytes()),
                UringFile::close);
        // end of snippet

        StepVerifier.create(block).expectNextMatches(ByteBuffer::hasRemaining).verifyComplete();
    }

    @Test
    void readsIntoRegisteredBuffers() throws Exception {
        Uring uring = testUring.get();
        Path file = directory.resolve("blocks");
        Files.write(file, new byte[8 * 4096]);
        OpenOption direct = (OpenOption) Class.forName("com.sun.nio.file.ExtendedOpenOption").getField("DIRECT")
                .get(null);
        Flux<Long> positions = Flux.range(0, 8).map(i -> i * 4096L);
        // snippet: register
        RegisteredBuffers pool = uring.files().registerBuffers(256, 4096).block();
        // end of snippet

        // snippet: registered
        Flux<RegisteredBuffer> blocks = Flux.usingWhen(uring.files().open(file, READ, direct),
                opened -> opened.readEach(positions, 4096, 128, pool),
                UringFile::close);
        Mono<Integer> sum = blocks.map(block -> {
            int first = block.bytes().get(0);
            block.release();
            return first;
        }).reduce(0, Integer::sum);
        // end of snippet

        StepVerifier.create(sum).expectNext(0).verifyComplete();
        assertThat(pool.taken()).isZero();
        pool.close().block();
    }

    @Test
    void followsALog() throws Exception {
        Uring uring = testUring.get();
        Path file = directory.resolve("log");
        List<String> seen = new CopyOnWriteArrayList<>();

        // snippet: tail
        Flux<String> errors = uring.files().tailLines(file, TailOptions.fromEnd())
                .filter(line -> line.startsWith("ERROR"));
        // end of snippet

        Files.createFile(file);
        Disposable tail = errors.subscribe(seen::add);
        Await.until("an error told", () -> {
            append(file, "INFO up\nERROR full\n");
            return !seen.isEmpty();
        });
        assertThat(seen).containsOnly("ERROR full");
        tail.dispose();
    }

    @Test
    void writesNettysBuffers() {
        Uring uring = testUring.get();
        Path file = directory.resolve("file");
        Flux<ByteBuf> body = Flux.fromStream(() -> List.of("a", "b").stream())
                .map(text -> Unpooled.directBuffer().writeBytes(text.getBytes(UTF_8)));

        // snippet: write-netty
        Mono<Long> stored = uring.files().write(file, body, WriteOptions.defaults(), NettyBuffers.pooled());
        // end of snippet

        StepVerifier.create(stored).expectNext(2L).verifyComplete();
        assertThat(file).hasContent("ab");
    }

    private static void append(Path file, String text) {
        try {
            Files.writeString(file, text, APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Flux<ByteBuffer> bytes(String text) {
        return Flux.just(ByteBuffer.wrap(text.getBytes(UTF_8)));
    }
}
