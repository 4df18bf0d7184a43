package io.github.reactoruring.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.file.UringFile;
import io.github.reactoruring.file.WriteOptions;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.buffers.TrackedReader;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.MountedTmpfs;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A full disk, of a filesystem that finds out at once, and of one that allocates late; see also WriteErrorsTest. */
@NeedsUring
@Tag("fault")
class FullDiskTest {

    private static final int KIBIBYTES = 4096;

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"tmpfs", "ext4"})
    void saysSoAndLeavesTheOldFileAndNothingElse(String kind) throws Exception {
        Path mount = directory.resolve("small");
        try (MountedTmpfs small = kind.equals("tmpfs")
                ? MountedTmpfs.mount(mount, KIBIBYTES)
                : MountedTmpfs.mountExt4(mount, KIBIBYTES)) {
            Path old = Files.writeString(mount.resolve("old"), "old");
            Path large = Files.write(directory.resolve("large"), new byte[8 << 20]);
            TrackedReader reader = new TrackedReader();
            Flux<TrackedReader.Buffer> source = Flux.range(0, 100).map(i -> reader.buffer(new byte[80_000]));

            assertFull(
                    ring.get().files().replace(old, source, io.github.reactoruring.file.ReplaceOptions.defaults(),
                            reader),
                    old);
            assertThat(old).hasContent("old");
            Path written = mount.resolve("written");
            WriteOptions deleting = WriteOptions.defaults().withPartial(WriteOptions.Partial.DELETE);
            assertFull(ring.get().files().write(written, source, deleting, reader), written);
            Path copy = mount.resolve("copy");
            assertFull(ring.get().files().copy(large, copy, deleting), copy);
            reader.awaitNothingLeft();
            assertThat(names(mount)).containsExactly("old");

            UringFile file = ring.get().files().open(mount.resolve("at"), java.nio.file.StandardOpenOption.WRITE,
                    java.nio.file.StandardOpenOption.CREATE).block();
            assertFull(file.writeAt(0, ByteBuffer.allocate(8 << 20)).then(file.fsync()), mount.resolve("at"));
            file.truncate(0).block();
            // There is room again.
            assertThat(file.writeAt(0, ByteBuffer.allocate(100_000)).block()).isEqualTo(100_000);
            file.close().block();
            assertThat(small.directory()).isEqualTo(mount);
        }
    }

    private static void assertFull(Mono<?> writing, Path path) {
        Throwable error = Exceptions.unwrap(catchThrowable(writing::block));
        assertThat(error).isInstanceOf(FileSystemException.class).hasMessage(path + ": no space left on device");
    }

    private static Stream<String> names(Path mount) throws IOException {
        try (Stream<Path> found = Files.list(mount)) {
            return found.map(path -> path.getFileName().toString()).filter(name -> !name.equals("lost+found")).toList()
                    .stream();
        }
    }
}
