package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Publisher;

import io.github.reactoruring.UringException;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;

@NeedsUring
class FileErrorsTest {

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    private <E extends Throwable> E error(Publisher<?> source, Class<E> type) {
        Probe<Object> probe = Probe.idle();
        Flux.from(source).cast(Object.class).subscribe(probe);
        E error = probe.request(Long.MAX_VALUE).awaitError(type);
        probe.assertRules();
        return error;
    }

    private Publisher<?> read(Path path) {
        return ring.get().files().read(path);
    }

    private Publisher<?> open(Path path, OpenOption... options) {
        return ring.get().files().open(path, options);
    }

    @Test
    void aMissingFileIsNoSuchFile() {
        Path missing = directory.resolve("missing");

        assertThat(error(read(missing), NoSuchFileException.class).getFile()).isEqualTo(missing.toString());
        assertThat(error(open(missing), NoSuchFileException.class).getFile()).isEqualTo(missing.toString());
    }

    @Test
    void aDirectoryIsSaidToBeOne() {
        assertThat(error(read(directory), FileSystemException.class)).hasMessage(directory + ": is a directory");
        assertThat(error(open(directory, StandardOpenOption.WRITE), FileSystemException.class))
                .hasMessage(directory + ": is a directory");
    }

    @Test
    void aFileAmongTheParentsIsNotADirectory() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));

        assertThat(error(read(file.resolve("below")), NotDirectoryException.class).getFile())
                .isEqualTo(file.resolve("below").toString());
    }

    @Test
    void aLinkToItselfIsALoop() throws IOException {
        Path loop = directory.resolve("loop");
        Files.createSymbolicLink(loop, loop);

        error(read(loop), FileSystemLoopException.class);
    }

    @Test
    void aNameThatIsTooLongIsSaidToBe() {
        assertThat(error(read(directory.resolve("x".repeat(300))), FileSystemException.class))
                .hasMessageContaining("file name too long");
    }

    @Test
    void whatMayNotBeOpenedIsDenied() {
        // Sysctls refuse by their mode even root, which ordinary files do not.
        Path readOnly = Path.of("/proc/sys/kernel/ostype");
        Path writeOnly = Path.of("/proc/sys/vm/compact_memory");

        assertThat(error(open(readOnly, StandardOpenOption.WRITE), AccessDeniedException.class))
                .hasMessageContaining(readOnly.toString()).hasMessageContaining("permission denied");
        assertThat(error(read(writeOnly), AccessDeniedException.class).getFile()).isEqualTo(writeOnly.toString());
    }

    @Test
    void aFileThatMustBeNewAndIsNotExistsAlready() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));

        error(open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), FileAlreadyExistsException.class);
    }

    @Test
    void aFullDeviceHasNoSpaceLeft() {
        FileSystemException error = error(
                ring.get().files().open(Path.of("/dev/full"), StandardOpenOption.WRITE)
                        .flatMap(file -> file.write(ByteBuffer.allocate(1))),
                FileSystemException.class);

        assertThat(error).hasMessage("/dev/full: no space left on device");
    }

    @Test
    void otherErrorsCarryTheirNumberTheOperationAndTheFile() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "x");
        UringException error = error(ring.get().files().open(file, StandardOpenOption.WRITE)
                .flatMap(opened -> opened.readAt(0, 10)), UringException.class);

        assertThat(error.errno()).isEqualTo(9);
        assertThat(error.errnoName()).isEqualTo("EBADF");
        assertThat(error.operation()).isEqualTo("READ");
        assertThat(error.file()).isEqualTo(file.toString());
        assertThat(error).hasMessageContaining("READ of " + file + " failed with EBADF: bad file descriptor");
    }

    @Test
    void aReadThatFailsHalfWayComesAfterWhatWasRead() {
        // The process's own memory: from address 0, where nothing is mapped.
        assertThat(error(ring.get().files().read(Path.of("/proc/self/mem")), UringException.class).errnoName())
                .isEqualTo("EIO");
    }

    @Test
    void aClosedFileIsClosed() throws IOException {
        UringFile file = ring.get().files().open(Files.createFile(directory.resolve("file"))).block();
        file.close().block();
        file.close().block();

        error(file.read(1), ClosedChannelException.class);
        error(file.readAt(0, 1), ClosedChannelException.class);
        error(file.writeAt(0, ByteBuffer.allocate(1)), ClosedChannelException.class);
    }

    @Test
    void theDebugHookNamesTheSourceAndWhereItWasUsed() {
        Hooks.onOperatorDebug();
        try {
            NoSuchFileException error = error(read(directory.resolve("missing")), NoSuchFileException.class);

            // Reactor takes the first frame outside its own package for the call site: here that is the source's factory.
            assertThat(error.getSuppressed()).singleElement().asString()
                    .contains("Assembly trace from producer [io.github.reactoruring.internal.source.read.FileReadFlux]",
                            "Flux.cast ⇢ at io.github.reactoruring.file.FileErrorsTest.error");
        } finally {
            Hooks.resetOnOperatorDebug();
        }
    }

    @Test
    void badArgumentsFailAtAssembly() throws IOException {
        UringFiles files = ring.get().files();
        UringFile file = files.open(Files.createFile(directory.resolve("file"))).block();
        ReadOptions options = ReadOptions.defaults();

        assertIllegal(() -> options.withChunkBytes(0), "chunkBytes");
        assertIllegal(() -> options.withReadAheadBytes(-1), "readAheadBytes");
        assertIllegal(() -> options.from(-1), "position");
        assertIllegal(() -> options.limit(-1), "length");
        assertIllegal(() -> file.read(0), "maxBytes");
        assertIllegal(() -> file.readAt(-1, 1), "position");
        assertIllegal(() -> file.writeAt(-1, ByteBuffer.allocate(1)), "position");
        assertIllegal(() -> files.open(directory, StandardOpenOption.APPEND, StandardOpenOption.READ), "APPEND");
        OpenOption unknown = new OpenOption() {
            @Override
            public String toString() {
                return "AT_ONCE";
            }
        };
        assertThatThrownBy(() -> files.open(directory, unknown))
                .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("AT_ONCE");
    }

    @Test
    void pathsOfOtherFileSystemsAreRefused() throws IOException {
        URI zip = URI.create("jar:" + directory.resolve("a.zip").toUri());
        try (FileSystem other = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
            assertIllegal(() -> ring.get().files().read(other.getPath("/a")), "default filesystem");
        }
    }

    private static void assertIllegal(Runnable assembly, String named) {
        assertThatThrownBy(assembly::run).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(named);
    }
}
