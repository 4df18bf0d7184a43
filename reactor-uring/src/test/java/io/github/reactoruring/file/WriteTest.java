package io.github.reactoruring.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.buffer.BufferReader;
import io.github.reactoruring.file.WriteOptions.Creation;
import io.github.reactoruring.file.WriteOptions.Partial;
import io.github.reactoruring.file.WriteOptions.Sync;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.buffers.TrackedReader;
import io.github.reactoruring.testing.kernel.KernelSight;
import io.github.reactoruring.testing.kernel.KernelTrace;
import io.github.reactoruring.testing.kernel.NeedsTrace;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

@NeedsUring
class WriteTest {

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    @Test
    void createsTheFileOrWritesOverAllOfIt() throws Exception {
        Path path = Files.writeString(directory.resolve("old"), "something much longer");

        assertThat(files().write(path, text("ab", "c")).block()).isEqualTo(3);
        assertThat(files().write(directory.resolve("new"), text("ab", "c")).block()).isEqualTo(3);

        assertThat(path).hasContent("abc");
        assertThat(directory.resolve("new")).hasContent("abc");
    }

    @Test
    void appendsEachWriteToTheEndOfThatTime() throws Exception {
        Path path = Files.writeString(directory.resolve("log"), "old");

        List<Mono<Long>> writes = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            writes.add(files().write(path, text("x", "y", "z").hide(), WriteOptions.defaults().append()));
        }
        assertThat(Flux.merge(writes).reduce(0L, Long::sum).block()).isEqualTo(24);

        assertThat(Files.readString(path)).startsWith("old").hasSize(27);
    }

    @Test
    void writesOverWhatIsAtAPositionAndLeavesTheRest() throws Exception {
        Path path = Files.writeString(directory.resolve("file"), "0123456789");

        assertThat(files().write(path, text("ab", "c"), WriteOptions.defaults().from(4)).block()).isEqualTo(3);

        assertThat(path).hasContent("0123abc789");
    }

    @Test
    void writesBehindFourGibibytes() throws Exception {
        Path path = directory.resolve("sparse");

        assertThat(files().write(path, text("ab", "c"), WriteOptions.defaults().from(5L << 30)).block()).isEqualTo(3);

        assertThat(Files.size(path)).isEqualTo((5L << 30) + 3);
        UringFile file = files().open(path).block();
        assertThat(UTF_8.decode(file.readAt(5L << 30, 10).block()).toString()).isEqualTo("abc");
        file.close().block();
    }

    @Test
    void refusesAnExistingFileThatWasToBeNewAndLeavesItAlone() throws Exception {
        Path path = Files.writeString(directory.resolve("file"), "old");
        AtomicBoolean subscribed = new AtomicBoolean();
        WriteOptions options = WriteOptions.defaults().withCreation(Creation.NEW).withPartial(Partial.DELETE);

        assertThatThrownBy(
                () -> files().write(path, text("a").doOnSubscribe(s -> subscribed.set(true)), options).block())
                .hasCauseInstanceOf(FileAlreadyExistsException.class).hasMessageContaining(path.toString());

        assertThat(path).hasContent("old");
        assertThat(subscribed).as("a source whose file cannot be opened is not subscribed to").isFalse();
    }

    @Test
    void refusesAMissingFileThatWasToBeThere() {
        Path path = directory.resolve("missing");

        assertThatThrownBy(() -> files()
                .write(path, text("a"), WriteOptions.defaults().withCreation(Creation.NEVER)).block())
                .hasCauseInstanceOf(NoSuchFileException.class);
        assertThat(path).doesNotExist();
    }

    @Test
    void makesAnEmptyFileOfAnEmptySourceAndOfEmptyBuffers() {
        Path path = directory.resolve("empty");

        assertThat(files().write(path, Flux.empty()).block()).isZero();
        assertThat(path).isEmptyFile();
        assertThat(files().write(path, text("", "", "").repeat(100)).block()).isZero();
        assertThat(path).isEmptyFile();
        assertThat(files().write(path, text("", "a", "", "b")).block()).isEqualTo(2);
        assertThat(path).hasContent("ab");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 64})
    void writesWhatTheSourceEmitsWhateverTheSizes(int maxInFlight) throws Exception {
        Random random = new Random(maxInFlight);
        byte[] content = new byte[3_000_000];
        random.nextBytes(content);
        Path path = directory.resolve("file");
        List<ByteBuffer> chunks = chunks(content, random);

        WriteOptions options = WriteOptions.defaults().withMaxInFlight(maxInFlight);
        assertThat(files().write(path, Flux.fromIterable(chunks), options).block()).isEqualTo(content.length);
        assertThat(Files.readAllBytes(path)).isEqualTo(content);

        assertThat(files().write(path, Flux.fromIterable(chunks).publishOn(Schedulers.parallel()), options.append())
                .block()).isEqualTo(content.length);
        assertThat(Files.size(path)).isEqualTo(2L * content.length);
    }

    private static List<ByteBuffer> chunks(byte[] content, Random random) {
        List<ByteBuffer> chunks = new ArrayList<>();
        for (int from = 0; from < content.length;) {
            int length = Math.min(content.length - from,
                    random.nextInt(4) == 0 ? random.nextInt(300_000) : random.nextInt(5_000));
            if (random.nextBoolean()) {
                chunks.add(ByteBuffer.wrap(content, from, length));
            } else {
                chunks.add(ByteBuffer.allocateDirect(length).put(content, from, length).flip());
            }
            from += length;
        }
        return chunks;
    }

    @Test
    void releasesEachBufferOnceAndOnlyWhenItIsWritten() throws Exception {
        TrackedReader reader = new TrackedReader();
        Path path = directory.resolve("file");
        byte[] chunk = new byte[10_000];
        new Random(1).nextBytes(chunk);

        Flux<TrackedReader.Buffer> source = Flux.range(0, 500).map(i -> reader.buffer(chunk));
        files().write(path, source, WriteOptions.defaults(), reader).block();

        reader.awaitNothingLeft();
        byte[] written = Files.readAllBytes(path);
        assertThat(written).hasSize(5_000_000);
        for (int i = 0; i < 500; i++) {
            assertThat(java.util.Arrays.equals(written, i * 10_000, (i + 1) * 10_000, chunk, 0, 10_000)).isTrue();
        }
    }

    @Test
    void failsWithTheSourcesErrorWhenTheFileIsClosedAndDoneWith() {
        Path kept = directory.resolve("kept");
        Path deleted = directory.resolve("deleted");
        Flux<ByteBuffer> source = text("abc").concatWith(Mono.error(new IllegalStateException("no more")));

        assertThatThrownBy(() -> files().write(kept, source).block()).isInstanceOf(IllegalStateException.class)
                .hasMessage("no more");
        assertThat(kept).hasContent("abc");

        WriteOptions options = WriteOptions.defaults().withPartial(Partial.DELETE);
        assertThatThrownBy(() -> files().write(deleted, source, options).block()).hasMessage("no more");
        assertThat(deleted).doesNotExist();
    }

    @Test
    void failsWithWhatAReaderThrowsAndReleasesTheBuffer() {
        TrackedReader tracked = new TrackedReader();
        BufferReader<TrackedReader.Buffer> failing = new BufferReader<>() {
            @Override
            public Loan lend(TrackedReader.Buffer buffer) {
                throw new IllegalStateException("no memory");
            }

            @Override
            public void release(TrackedReader.Buffer buffer) {
                tracked.release(buffer);
            }
        };

        Flux<TrackedReader.Buffer> source = Flux.range(0, 5).map(i -> tracked.buffer((byte) 1));
        assertThatThrownBy(
                () -> files().write(directory.resolve("file"), source, WriteOptions.defaults(), failing).block())
                .hasMessage("no memory");
        tracked.awaitNothingLeft();
    }

    @Test
    @NeedsTrace
    void putsSmallBuffersTogetherAndSyncsInTheEnd() throws Exception {
        Path path = directory.resolve("file");
        try (KernelTrace trace = KernelTrace.start()) {
            WriteOptions options = WriteOptions.defaults().withMaxInFlight(256).withSync(Sync.DATA);
            files().write(path, Flux.range(0, 4096).map(i -> ByteBuffer.allocate(100)), options).block();
            KernelSight sight = trace.stop();

            assertThat(sight.submitted("WRITEV")).as(sight.toString()).isLessThanOrEqualTo(32);
            assertThat(sight.submitted("WRITE")).isZero();
            assertThat(sight.submitted("FSYNC")).isEqualTo(1);
        }
        assertThat(path).hasSize(409_600);
    }

    @Test
    void holdsOptionsToWhatMakesSense() {
        WriteOptions defaults = WriteOptions.defaults();
        assertThatIllegalArgumentException().isThrownBy(() -> defaults.append().withPartial(Partial.DELETE));
        assertThatIllegalArgumentException().isThrownBy(() -> defaults.from(1).withPartial(Partial.DELETE));
        assertThatIllegalArgumentException().isThrownBy(() -> defaults.from(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> defaults.withMaxInFlight(0));
        assertThatIllegalArgumentException().isThrownBy(() -> defaults.withMaxInFlight(32_769));
        assertThat(defaults.withCreation(Creation.NEW).append().withPartial(Partial.DELETE).truncate().from(7))
                .isEqualTo(new WriteOptions(Creation.NEW, WriteOptions.Start.POSITION, 7, 16, Sync.NONE,
                        Partial.DELETE));
    }

    private UringFiles files() {
        return ring.get().files();
    }

    private static Flux<ByteBuffer> text(String... chunks) {
        return Flux.just(chunks).map(chunk -> ByteBuffer.wrap(chunk.getBytes(UTF_8)));
    }
}
