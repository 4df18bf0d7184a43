package io.github.reactoruring.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.buffers.TrackedReader;
import io.github.reactoruring.testing.kernel.Fifo;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.MountedTmpfs;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** Reads and writes what is no ordinary file, or in no ordinary state: the half that its neighbours leave out. */
@NeedsUring
class OddFilesTest {

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    private UringFiles files() {
        return ring.get().files();
    }

    private static Flux<ByteBuffer> text(String text) {
        return Flux.just(UTF_8.encode(text));
    }

    private String read(Path path) {
        return files().text(path, UTF_8).reduce("", String::concat).block();
    }

    @Test
    void aLinkToItselfIsALoopForWritesToo() throws IOException {
        Path loop = directory.resolve("loop");
        Files.createSymbolicLink(loop, loop);
        Probe<Long> written = Probe.idle();
        files().write(loop, text("x")).subscribe(written);

        assertThat(written.request(1).awaitError(FileSystemLoopException.class).getFile()).isEqualTo(loop.toString());
    }

    @Test
    void aReadOnlyFilesystemIsRead() throws Exception {
        try (MountedTmpfs small = MountedTmpfs.mount(directory.resolve("small"), 256)) {
            Path path = Files.writeString(small.directory().resolve("file"), "content");
            small.makeReadOnly();
            assertThat(read(path)).isEqualTo("content");
        }
    }

    @Test
    void aRunningProgramIsRead() throws Exception {
        Path program = Files.copy(Path.of("/bin/sleep"), directory.resolve("sleep"),
                StandardCopyOption.COPY_ATTRIBUTES);
        Process running = new ProcessBuilder(program.toString(), "60").start();
        try {
            long length = files().read(program).map(ByteBuffer::remaining).reduce(0L, Long::sum).block();
            assertThat(length).isEqualTo(Files.size(program));
        } finally {
            running.destroyForcibly().waitFor();
        }
    }

    @Test
    void aFileTruncatedWhileItIsWrittenHasAHoleThere() throws IOException {
        Path path = directory.resolve("file");
        Flux<ByteBuffer> source = Flux.range(0, 10).map(i -> ByteBuffer.wrap(new byte[]{1, 1, 1, 1}))
                .index().map(each -> {
                    if (each.getT1() == 5) {
                        Await.until("five written", () -> path.toFile().length() == 20);
                        truncate(path, 2);
                    }
                    return each.getT2();
                }).publishOn(Schedulers.boundedElastic(), 1)
                .subscribeOn(Schedulers.boundedElastic());

        assertThat(files().write(path, source, WriteOptions.defaults().withMaxInFlight(1)).block()).isEqualTo(40);

        byte[] found = Files.readAllBytes(path);
        assertThat(found).hasSize(40);
        assertThat(found[1]).isEqualTo((byte) 1);
        assertThat(found[2]).as("the hole").isZero();
        assertThat(found[39]).isEqualTo((byte) 1);
    }

    private static void truncate(Path path, long size) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aDeviceTakesWhatIsWrittenAndStays() {
        Path device = Path.of("/dev/null");
        assertThat(files().write(device, Flux.range(0, 100).map(i -> ByteBuffer.allocate(1000)),
                WriteOptions.defaults().withPartial(WriteOptions.Partial.DELETE)).block()).isEqualTo(100_000);
        assertThat(device).exists();
    }

    @Test
    void aFifoWithoutAReaderIsWaitedForAndLetGo() throws Exception {
        Path fifo = Fifo.make(directory.resolve("fifo"));
        TrackedReader reader = new TrackedReader();
        Probe<Long> written = Probe.idle();
        files().write(fifo, Flux.defer(() -> Flux.just(reader.buffer(new byte[]{'a', 'b'}))),
                WriteOptions.defaults(), reader).subscribe(written);
        written.request(1);
        ring.awaitInFlight(1);
        written.assertSilent();
        assertThat(Files.readString(fifo)).isEqualTo("ab");
        assertThat(written.awaitEnd().values()).containsExactly(2L);

        Probe<Long> dropped = Probe.idle();
        files().write(fifo, Flux.defer(() -> Flux.just(reader.buffer(new byte[]{'c'}))), WriteOptions.defaults(),
                reader).subscribe(dropped);
        dropped.request(1);
        ring.awaitInFlight(1);
        dropped.dispose();
        ring.awaitIdle();
        dropped.assertSilent();
        reader.awaitNothingLeft();
    }

    @Test
    void aFileOfProcIsWritten() throws IOException {
        Path setting = Path.of("/proc/self/oom_score_adj");
        String before = Files.readString(setting).strip();

        assertThat(files().write(setting, text(before), WriteOptions.defaults()
                .withCreation(WriteOptions.Creation.NEVER)).block()).isEqualTo(before.length());

        assertThat(read(setting).strip()).isEqualTo(before);
    }

    @Test
    void positionsBehindTheEndReadNothingAndWriteBehindAHole() throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "abc");
        UringFile file = files().open(path, StandardOpenOption.READ, StandardOpenOption.WRITE).block();
        assertThat(file.readAt(3, 10).block()).isNull();
        assertThat(file.readAt(1L << 40, 10).block()).isNull();
        assertThat(file.readEach(Flux.just(0L, 5L, 1L << 40, 1L), 1, 4).count().block()).isEqualTo(2);

        assertThat(file.writeAt(5, UTF_8.encode("f")).block()).isEqualTo(1);
        assertThat(files().write(path, text("h"), WriteOptions.defaults().from(7)).block()).isEqualTo(1);

        assertThat(path).hasContent("abc\0\0f\0h");
        file.close().block();
    }

    @Test
    void anEmptyFileIsReadWrittenAndReplacedAsOne() throws IOException {
        Path path = Files.createFile(directory.resolve("empty"));
        assertThat(files().read(path).count().block()).isZero();
        assertThat(files().lines(path).count().block()).isZero();
        UringFile file = files().open(path, StandardOpenOption.READ, StandardOpenOption.WRITE).block();
        assertThat(file.read(10).block()).isNull();
        assertThat(file.writeAt(0, ByteBuffer.allocate(0)).block()).isZero();
        file.close().block();
        assertThat(files().replace(path, Flux.empty()).block()).isZero();
        assertThat(path).isEmptyFile();
    }
}
