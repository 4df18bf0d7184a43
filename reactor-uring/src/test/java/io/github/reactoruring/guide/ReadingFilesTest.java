package io.github.reactoruring.guide;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.Uring;
import io.github.reactoruring.file.ReadOptions;
import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.netty.NettyBuffers;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.netty.buffer.ByteBuf;
import io.netty.util.ReferenceCountUtil;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Runs what the guide's chapter on files shows. */
@NeedsUring
class ReadingFilesTest {

    private static final int CHUNK_BYTES = 64 * 1024;

    @RegisterExtension
    final TestUring testUring = TestUring.withDefaults();

    @TempDir
    private Path directory;

    private final List<ByteBuffer> stored = new CopyOnWriteArrayList<>();

    @Test
    void readsTheWholeFileInOrder() throws Exception {
        Uring uring = testUring.get();
        byte[] bytes = random(5 * CHUNK_BYTES + 1);
        Path file = Files.write(directory.resolve("file"), bytes);

        // snippet: read-a-file
        Flux<ByteBuffer> content = uring.files().read(file);
        // end of snippet

        StepVerifier.create(content.map(ByteBuffer::remaining))
                .expectNext(CHUNK_BYTES, CHUNK_BYTES, CHUNK_BYTES, CHUNK_BYTES, CHUNK_BYTES, 1)
                .verifyComplete();
        assertThat(joined(content)).isEqualTo(bytes);
    }

    @Test
    void readsAPart() throws Exception {
        Uring uring = testUring.get();
        byte[] bytes = random(2_000_000);
        Path file = Files.write(directory.resolve("file"), bytes);

        // snippet: read-options
        ReadOptions options = ReadOptions.defaults()
                .withChunkBytes(16 * 1024)
                .withReadAheadBytes(128 * 1024)
                .from(1_000_000)
                .limit(500_000);

        Flux<ByteBuffer> part = uring.files().read(file, options);
        // end of snippet

        assertThat(joined(part)).isEqualTo(Arrays.copyOfRange(bytes, 1_000_000, 1_500_000));
    }

    @Test
    void readsLines() throws Exception {
        Uring uring = testUring.get();
        Path file = Files.writeString(directory.resolve("log"), "INFO up\nERROR disk full\nINFO down\n");

        // snippet: read-lines
        Flux<String> errors = uring.files().lines(file)
                .filter(line -> line.startsWith("ERROR"));
        // end of snippet

        StepVerifier.create(errors).expectNext("ERROR disk full").verifyComplete();
    }

    @Test
    void readsNoMoreThanIsAskedFor() throws Exception {
        Uring uring = testUring.get();
        Path file = Files.write(directory.resolve("file"), random(4 * CHUNK_BYTES));

        // snippet: demand
        Mono<Void> copied = uring.files().read(file)
                .concatMap(this::store, 2)
                .then();
        // end of snippet

        StepVerifier.create(copied).verifyComplete();
        assertThat(stored).hasSize(4);
    }

    @Test
    void readsIntoOnesOwnBuffers() throws Exception {
        Uring uring = testUring.get();
        byte[] bytes = random(10 * CHUNK_BYTES);
        Path file = Files.write(directory.resolve("file"), bytes);
        MessageDigest digest = MessageDigest.getInstance("SHA-256");

        // snippet: own-buffers
        DirectBufferPool pool = new DirectBufferPool();
        Mono<Void> hashed = uring.files().read(file, ReadOptions.defaults(), pool)
                .doOnNext(chunk -> {
                    digest.update(chunk);
                    pool.release(chunk);
                })
                .then();
        // end of snippet

        StepVerifier.create(hashed).verifyComplete();
        assertThat(digest.digest()).isEqualTo(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    @Test
    void releasesWhatAnOperatorDrops() throws Exception {
        Uring uring = testUring.get();
        Path file = Files.write(directory.resolve("file"), random(5 * CHUNK_BYTES));
        List<ByteBuf> seen = new CopyOnWriteArrayList<>();
        List<ByteBuf> kept = new CopyOnWriteArrayList<>();

        // snippet: discard-last
        Flux<ByteBuf> body = uring.files().read(file, ReadOptions.defaults(), NettyBuffers.pooled())
                .doOnNext(seen::add)
                .publishOn(Schedulers.parallel())
                .skip(1)
                .doOnDiscard(ByteBuf.class, ReferenceCountUtil::safeRelease);
        // end of snippet

        StepVerifier.create(body.doOnNext(kept::add)).expectNextCount(4).verifyComplete();
        assertThat(seen).hasSize(5);
        assertThat(seen.getFirst().refCnt()).isZero();
        assertThat(kept).allSatisfy(buffer -> assertThat(buffer.release()).isTrue());
    }

    @Test
    void turnsErrorsIntoThoseOfJava() {
        Uring uring = testUring.get();
        Path file = directory.resolve("missing");
        Path fallback = directory;

        // snippet: errors
        Flux<ByteBuffer> content = uring.files().read(file)
                .onErrorResume(NoSuchFileException.class, missing -> Flux.empty())
                .onErrorMap(AccessDeniedException.class, denied -> new SecurityException(denied));
        // end of snippet

        StepVerifier.create(content).verifyComplete();
        StepVerifier.create(uring.files().read(fallback)).verifyErrorMessage(directory + ": is a directory");
    }

    @Test
    void opensReadsAndCloses() throws Exception {
        Uring uring = testUring.get();
        byte[] bytes = random(1000);
        Path file = Files.write(directory.resolve("file"), bytes);

        // snippet: open
        Mono<ByteBuffer> header = Mono.usingWhen(uring.files().open(file),
                opened -> opened.readAt(0, 512),
                UringFile::close);
        // end of snippet

        StepVerifier.create(header).expectNext(ByteBuffer.wrap(bytes, 0, 512)).verifyComplete();
    }

    @Test
    void writesAllOfABuffer() throws Exception {
        Uring uring = testUring.get();
        Path file = directory.resolve("file");

        // snippet: write
        ByteBuffer text = ByteBuffer.wrap("done\n".getBytes(UTF_8));
        Mono<Long> written = Mono.usingWhen(
                uring.files().open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE),
                opened -> opened.writeAt(0, text),
                UringFile::close);
        // end of snippet

        StepVerifier.create(written).expectNext(5L).verifyComplete();
        assertThat(file).hasContent("done\n");
    }

    @Test
    void readsWhatIsWrittenToAPipe() {
        Uring uring = testUring.get();

        // snippet: pipe
        Mono<String> echoed = Mono.usingWhen(uring.files().pipe(),
                pipe -> pipe.sink().write(ByteBuffer.wrap("hello".getBytes(UTF_8)))
                        .then(pipe.source().read(4096))
                        .map(bytes -> UTF_8.decode(bytes).toString()),
                pipe -> Mono.when(pipe.source().close(), pipe.sink().close()));
        // end of snippet

        StepVerifier.create(echoed).expectNext("hello").verifyComplete();
    }

    private Mono<Void> store(ByteBuffer chunk) {
        return Mono.fromRunnable(() -> stored.add(chunk));
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static byte[] joined(Flux<ByteBuffer> chunks) {
        List<ByteBuffer> all = new ArrayList<>(chunks.collectList().block());
        ByteBuffer joined = ByteBuffer.allocate(all.stream().mapToInt(ByteBuffer::remaining).sum());
        all.forEach(joined::put);
        return joined.array();
    }
}
