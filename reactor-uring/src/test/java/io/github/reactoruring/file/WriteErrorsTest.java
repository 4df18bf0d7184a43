package io.github.reactoruring.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;

import io.github.reactoruring.file.WriteOptions.Partial;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.buffers.TrackedReader;
import io.github.reactoruring.testing.kernel.Fifo;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.ChildJvm;
import io.github.reactoruring.testing.process.MountedTmpfs;
import reactor.core.publisher.Flux;

@NeedsUring
class WriteErrorsTest {

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    private FileSystemException error(Publisher<?> source) {
        Probe<Object> probe = Probe.idle();
        Flux.from(source).cast(Object.class).subscribe(probe);
        return probe.request(Long.MAX_VALUE).awaitError(FileSystemException.class);
    }

    private Publisher<?> write(Path path) {
        return files().write(path, Flux.just(ByteBuffer.wrap("new".getBytes(UTF_8))));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16})
    void aFullDiskKeepsAPrefixOrNothing(int maxInFlight) throws Exception {
        try (MountedTmpfs small = MountedTmpfs.mount(directory.resolve("small"), 1024)) {
            byte[] chunk = new byte[10_000];
            new Random(1).nextBytes(chunk);
            TrackedReader reader = new TrackedReader();
            Path kept = small.directory().resolve("kept");
            Path deleted = small.directory().resolve("deleted");
            WriteOptions options = WriteOptions.defaults().withMaxInFlight(maxInFlight);
            Flux<TrackedReader.Buffer> source = Flux.range(0, 200).map(i -> reader.buffer(chunk));

            assertThat(error(files().write(deleted, source, options.withPartial(Partial.DELETE), reader)))
                    .hasMessage(deleted + ": no space left on device");
            assertThat(deleted).doesNotExist();

            assertThat(error(files().write(kept, source, options, reader)))
                    .hasMessage(kept + ": no space left on device");
            byte[] found = Files.readAllBytes(kept);
            assertThat(found.length).isGreaterThan(900_000);
            for (int from = 0; from < found.length; from += chunk.length) {
                int to = Math.min(found.length, from + chunk.length);
                assertThat(Arrays.equals(found, from, to, chunk, 0, to - from)).as("a prefix").isTrue();
            }
            reader.awaitNothingLeft();
        }
    }

    @Test
    void aFullDeviceIsNotDeleted() {
        Path device = Path.of("/dev/full");
        WriteOptions options = WriteOptions.defaults().withPartial(Partial.DELETE);

        assertThat(error(files().write(device, Flux.just(ByteBuffer.allocate(10)), options)))
                .hasMessage(device + ": no space left on device");

        assertThat(device).exists();
    }

    @Test
    void aPipeNobodyReadsAnyMoreIsBroken() throws Exception {
        Path fifo = Fifo.make(directory.resolve("fifo"));
        TrackedReader reader = new TrackedReader();
        Flux<TrackedReader.Buffer> endless = Flux.generate(sink -> sink.next(reader.buffer(new byte[100_000])));
        Probe<Long> probe = Probe.idle();
        files().write(fifo, endless, WriteOptions.defaults(), reader).subscribe(probe);
        probe.request(1);

        try (InputStream pipe = Files.newInputStream(fifo)) {
            assertThat(pipe.readNBytes(300_000)).hasSize(300_000);
        }

        assertThat(probe.awaitEnd().error()).isInstanceOf(IOException.class).hasMessageContaining("EPIPE");
        reader.awaitNothingLeft();
    }

    @Test
    void aFullDiskLeavesTheOldContentWhenReplacing() throws Exception {
        try (MountedTmpfs small = MountedTmpfs.mount(directory.resolve("small"), 256)) {
            Path path = Files.writeString(small.directory().resolve("file"), "old");
            Flux<ByteBuffer> source = Flux.range(0, 100).map(i -> ByteBuffer.allocate(10_000));

            assertThat(error(files().replace(path, source))).hasMessage(path + ": no space left on device");

            assertThat(path).hasContent("old");
            try (var left = Files.list(small.directory())) {
                assertThat(left).containsExactly(path);
            }
        }
    }

    @Test
    void allocatingMoreThanThereIsFails() throws Exception {
        try (MountedTmpfs small = MountedTmpfs.mount(directory.resolve("small"), 256)) {
            Path path = small.directory().resolve("file");
            UringFile file = files().open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE).block();
            assertThat(error(file.allocate(0, 1 << 20))).hasMessage(path + ": no space left on device");
            file.close().block();
        }
    }

    @Test
    void aReadOnlyFilesystemIsSaidToBeOne() throws Exception {
        try (MountedTmpfs small = MountedTmpfs.mount(directory.resolve("small"), 256)) {
            Path path = Files.writeString(small.directory().resolve("file"), "old");
            small.makeReadOnly();

            assertThat(error(write(path))).hasMessage(path + ": read-only file system");
            assertThat(error(write(path.resolveSibling("new")))).hasMessageContaining("read-only file system");
            assertThat(error(files().replace(path, Flux.empty()))).hasMessage(path + ": read-only file system");
            assertThat(path).hasContent("old");
        }
    }

    @Test
    void aDirectoryIsNotWrittenTo() {
        assertThat(error(write(directory))).hasMessage(directory + ": is a directory");
    }

    @Test
    void aRunningProgramIsNotWrittenTo() throws Exception {
        Path program = Files.copy(Path.of("/bin/sleep"), directory.resolve("sleep"),
                StandardCopyOption.COPY_ATTRIBUTES);
        Process running = new ProcessBuilder(program.toString(), "60").start();
        try {
            assertThat(error(write(program))).hasMessage(program + ": text file busy");
        } finally {
            running.destroyForcibly().waitFor();
        }
    }

    @Test
    void aLinkThatIsNotToBeFollowedIsALoop() throws IOException {
        Path target = Files.writeString(directory.resolve("target"), "old");
        Path link = Files.createSymbolicLink(directory.resolve("link"), target);

        FileSystemException error = error(
                files().open(link, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));

        assertThat(error).isInstanceOf(FileSystemLoopException.class);
        assertThat(error.getFile()).isEqualTo(link.toString());
    }

    @Test
    void aFileTruncatedWhileItIsReadEndsThere() throws IOException {
        Path path = Files.write(directory.resolve("file"), new byte[100_000]);
        Probe<ByteBuffer> probe = Probe.idle();
        files().read(path, ReadOptions.defaults().withChunkBytes(1000).withReadAheadBytes(1000)).subscribe(probe);
        probe.request(2).awaitValues(2);

        Files.write(path, new byte[2_500]);
        probe.request(Long.MAX_VALUE).awaitEnd();

        assertThat(probe.isCompleted()).isTrue();
        assertThat(probe.values().stream().mapToInt(ByteBuffer::remaining).sum()).isEqualTo(2_500);
    }

    @Test
    void aWriteOverItsOwnSourceIsRefused() throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "content");
        Path link = Files.createLink(directory.resolve("link"), path);

        assertThat(error(files().copy(path, link, WriteOptions.defaults()))).hasMessageContaining("are the same file");
        assertThat(path).hasContent("content");
    }

    @Test
    void tooManyOpenFilesNamesTheLimit() throws Exception {
        String said = new ChildJvm().under("/bin/sh", "-c", "ulimit -n 500; exec \"$@\"", "sh")
                .run(TooManyFilesMain.class, directory.toString());

        String message = directory.resolve("file") + ": too many open files in this process: raise `ulimit -n`";
        assertThat(said).contains("open: " + message).contains("write: " + message).contains("read: " + message)
                .contains("and works again: 3");
    }

    private UringFiles files() {
        return ring.get().files();
    }
}
