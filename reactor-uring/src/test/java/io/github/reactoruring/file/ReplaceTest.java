package io.github.reactoruring.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.buffers.ChunkSource;
import io.github.reactoruring.testing.buffers.TrackedReader;
import io.github.reactoruring.testing.buffers.WriteSource;
import io.github.reactoruring.testing.kernel.KernelSight;
import io.github.reactoruring.testing.kernel.KernelTrace;
import io.github.reactoruring.testing.kernel.NeedsTrace;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.Descriptors;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@NeedsUring
class ReplaceTest {

    private static final int CANCELS = 300;

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    private final TrackedReader reader = new TrackedReader();

    @Test
    void makesANewFileAndReplacesAnOldOneLeavingNothingElse() throws IOException {
        Path path = directory.resolve("file");

        assertThat(files().replace(path, text("first")).block()).isEqualTo(5);
        assertThat(path).hasContent("first");
        assertThat(files().replace(path, text("se", "co", "nd")).block()).isEqualTo(6);
        assertThat(path).hasContent("second");

        assertThat(names()).containsExactly("file");
    }

    @Test
    void readersSeeTheOldContentUntilTheNewIsWhole() throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "old");
        WriteSource source = new WriteSource();
        Probe<Long> probe = Probe.idle();
        files().replace(path, source, ReplaceOptions.defaults().withMaxInFlight(2), reader).subscribe(probe);
        probe.request(1);
        source.awaitRequested(2);
        source.emit(reader.buffer("ne".getBytes(UTF_8)));
        source.awaitRequested(3);

        assertThat(path).hasContent("old");
        assertThat(names()).as("the new content has no name").containsExactly("file");

        source.emit(reader.buffer("w".getBytes(UTF_8)));
        source.complete();
        assertThat(probe.awaitEnd().values()).containsExactly(3L);
        assertThat(path).hasContent("new");
        assertThat(names()).containsExactly("file");
    }

    @Test
    void leavesTheOldContentWhenTheSourceFails() throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "old");
        Flux<ByteBuffer> failing = text("new").concatWith(Mono.error(new IllegalStateException("no more")));

        assertThatThrownBy(() -> files().replace(path, failing).block()).hasMessage("no more");

        assertThat(path).hasContent("old");
        assertThat(names()).containsExactly("file");
    }

    @Test
    void cancelAtAnyMomentLeavesOldOrNewAndNothingElse() throws IOException {
        Random random = new Random();
        Path path = directory.resolve("file");
        var before = Descriptors.open();
        String last = "none";
        int cancelled = 0;
        for (int run = 0; run < CANCELS; run++) {
            byte[] content = (run + ":" + "x".repeat(random.nextInt(20_000))).getBytes(UTF_8);
            Probe<Long> probe = Probe.idle();
            files().replace(path, new ChunkSource(reader, content, content.length, 3_000, Long.MAX_VALUE, random,
                    Runnable::run), ReplaceOptions.defaults().withDurable(run % 2 == 0), reader).subscribe(probe);
            probe.request(1);
            long end = System.nanoTime() + random.nextInt(2_000_000);
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            probe.dispose();
            reader.awaitNothingLeft();
            Descriptors.awaitNoMoreThan(before);

            String found = Files.exists(path) ? Files.readString(path) : "none";
            assertThat(found).isIn(last, new String(content, UTF_8));
            cancelled += found.equals(last) ? 1 : 0;
            last = found;
            Await.until("only the file", () -> names().stream().allMatch("file"::equals));
        }
        assertThat(cancelled).as("cancels that came in time").isPositive();
    }

    @Test
    void keepsThePermissionsOfTheFileItReplaces() throws IOException {
        Path path = Files.writeString(directory.resolve("secret"), "old");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));

        files().replace(path, text("new")).block();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path))).isEqualTo("rw-------");
    }

    @Test
    void replacesALinkAndNotWhatItLeadsTo() throws IOException {
        Path target = Files.writeString(directory.resolve("target"), "old");
        Path link = Files.createSymbolicLink(directory.resolve("link"), target);

        files().replace(link, text("new")).block();

        assertThat(Files.isSymbolicLink(link)).isFalse();
        assertThat(link).hasContent("new");
        assertThat(target).hasContent("old");
    }

    @Test
    void refusesADirectoryBeforeItAsksTheSource() throws IOException {
        Path path = Files.createDirectory(directory.resolve("directory"));
        WriteSource source = new WriteSource();

        assertThatThrownBy(() -> files().replace(path, source, ReplaceOptions.defaults(), reader).block())
                .hasCauseInstanceOf(FileSystemException.class).hasMessageContaining("is a directory");
        assertThatThrownBy(() -> files().replace(directory.resolve("no/file"), text("a")).block())
                .hasCauseInstanceOf(NoSuchFileException.class).hasMessageContaining("no");

        assertThat(source.isSubscribed()).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> files().replace(Path.of("/"), text("a")));
        assertThatIllegalArgumentException().isThrownBy(() -> files().replace(Path.of(""), text("a")));
    }

    @Test
    @NeedsTrace
    void syncsTheFileThenItsDirectoryUnlessNotAsked() {
        try (KernelTrace trace = KernelTrace.start()) {
            files().replace(directory.resolve("file"), text("a")).block();
            assertThat(trace.stop().submitted()).containsEntry("FSYNC", 2).containsEntry("LINKAT", 1)
                    .doesNotContainKeys("RENAMEAT", "UNLINKAT");
        }
        try (KernelTrace trace = KernelTrace.start()) {
            files().replace(directory.resolve("file"), text("b"), ReplaceOptions.defaults().withDurable(false),
                    io.github.reactoruring.buffer.BufferReader.byteBuffers()).block();
            KernelSight sight = trace.stop();
            assertThat(sight.submitted()).containsEntry("LINKAT", 2).containsEntry("RENAMEAT", 1)
                    .doesNotContainKeys("FSYNC", "UNLINKAT");
        }
    }

    private UringFiles files() {
        return ring.get().files();
    }

    private List<String> names() {
        try (Stream<Path> found = Files.list(directory)) {
            return found.map(path -> path.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Flux<ByteBuffer> text(String... chunks) {
        return Flux.just(chunks).map(chunk -> ByteBuffer.wrap(chunk.getBytes(UTF_8)));
    }
}
