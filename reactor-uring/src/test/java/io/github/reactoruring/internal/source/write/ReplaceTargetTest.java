package io.github.reactoruring.internal.source.write;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Publisher;

import io.github.reactoruring.CancelPolicy;
import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.internal.engine.Rings;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.buffers.ChunkSource;
import io.github.reactoruring.testing.buffers.TrackedReader;
import io.github.reactoruring.testing.buffers.WriteSource;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Replaces files as on a filesystem without O_TMPFILE, where the new content has a temporary name. */
@NeedsUring
class ReplaceTargetTest {

    private static final long TIMEOUT_NANOS = 10_000_000_000L;
    private static final int CANCELS = 200;

    @TempDir
    Path directory;

    private final TrackedReader reader = new TrackedReader();
    private Rings rings;
    private EventLoop loop;

    @BeforeEach
    void open() throws IOException {
        rings = Rings.open("named", 1, 64, 1024, CancelPolicy.coalesce(), false);
        loop = rings.first();
    }

    @AfterEach
    void close() {
        rings.close(TIMEOUT_NANOS).join();
        assertThat(names()).as("nothing but the file").allMatch("file"::equals);
    }

    @Test
    void hasATemporaryNameUntilItIsWhole() throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "old");
        WriteSource source = new WriteSource();
        Probe<Long> probe = start(path, source, reader);
        source.awaitRequested(4);
        source.emit(reader.buffer("new".getBytes(UTF_8)));
        source.awaitRequested(5);

        assertThat(path).hasContent("old");
        assertThat(names()).hasSize(2).anyMatch(name -> name.matches("\\.reactor-uring-.*\\.tmp"));

        source.complete();
        assertThat(probe.awaitEnd().values()).containsExactly(3L);
        assertThat(path).hasContent("new");
        reader.awaitNothingLeft();
    }

    @Test
    void deletesTheTemporaryNameWhenTheSourceFails() {
        Flux<ByteBuffer> failing = Flux.just(ByteBuffer.allocate(10))
                .concatWith(Mono.error(new IOException("no more")));
        start(directory.resolve("file"), failing, BufferReader.byteBuffers()).awaitError(IOException.class);

        assertThat(names()).isEmpty();
    }

    @Test
    void deletesTheTemporaryNameWhenTheRingCloses() {
        WriteSource source = new WriteSource();
        Probe<Long> probe = start(directory.resolve("file"), source, reader);
        source.awaitRequested(4);

        rings.close(TIMEOUT_NANOS).join();

        assertThat(probe.awaitEnd().error()).hasMessageContaining("closed");
        assertThat(names()).isEmpty();
    }

    @Test
    void cancelAtAnyMomentLeavesOldOrNewAndNothingElse() throws IOException {
        Random random = new Random();
        Path path = directory.resolve("file");
        String last = "none";
        for (int run = 0; run < CANCELS; run++) {
            byte[] content = (run + ":" + "x".repeat(random.nextInt(10_000))).getBytes(UTF_8);
            Probe<Long> probe = start(path, new ChunkSource(reader, content, content.length, 3_000, Long.MAX_VALUE,
                    random, Runnable::run), reader);
            long end = System.nanoTime() + random.nextInt(1_000_000);
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            probe.dispose();
            reader.awaitNothingLeft();
            Await.until("only the file", () -> names().stream().allMatch("file"::equals)
                    && loop.stats().snapshot().inFlight() == 0);

            String found = Files.exists(path) ? Files.readString(path) : "none";
            assertThat(found).isIn(last, new String(content, UTF_8));
            last = found;
        }
    }

    @Test
    void aSecretThatAppearsMeanwhileIsNotReplacedByAPublicFile() throws IOException {
        Path path = directory.resolve("file");
        WriteSource source = new WriteSource();
        Probe<Long> probe = start(path, source, reader);
        source.awaitRequested(4);
        Files.writeString(path, "theirs");
        Files.setAttribute(path, "unix:mode", 0600);
        source.emit(reader.buffer("new".getBytes(UTF_8)));
        source.complete();

        assertThat(probe.awaitEnd().values()).containsExactly(3L);
        assertThat(path).hasContent("new");
        assertThat((int) Files.getAttribute(path, "unix:mode") & 07777).isEqualTo(0600);
    }

    private <B> Probe<Long> start(Path path, Publisher<B> source, BufferReader<B> buffers) {
        Probe<Long> probe = Probe.idle();
        probe.onSubscribe(new Writing<>(loop, probe, source, buffers,
                new ReplaceTarget(loop, path.toString(), true, false), new Writing.WritePlan(0, false, 4)));
        return probe.request(1);
    }

    private List<String> names() {
        try (Stream<Path> found = Files.list(directory)) {
            return found.map(path -> path.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
