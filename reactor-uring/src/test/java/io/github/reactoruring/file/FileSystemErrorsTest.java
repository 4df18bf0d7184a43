package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.UringException;
import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;

@NeedsUring
class FileSystemErrorsTest {

    private static final int NOBODY = 65_534;

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    /** Does with java.nio.file what is compared. */
    private interface Blocking {

        void run() throws IOException;
    }

    private UringFileSystem files() {
        return ring.get().fileSystem();
    }

    private static <E extends Throwable> E error(Class<E> type, Mono<?> mono) {
        Throwable error = Exceptions.unwrap(catchThrowable(mono::block));
        assertThat(error).isExactlyInstanceOf(type);
        return type.cast(error);
    }

    private static <E extends FileSystemException> E sameAs(Class<E> type, Blocking blocking, Mono<?> mono) {
        E expected = type.cast(catchThrowable(blocking::run));
        E error = error(type, mono);
        assertThat(error.getFile()).isEqualTo(expected.getFile());
        return error;
    }

    @Test
    void nothingThere() {
        Path none = directory.resolve("none");
        Path other = directory.resolve("other");

        sameAs(NoSuchFileException.class, () -> Files.size(none), files().stat(none));
        sameAs(NoSuchFileException.class, () -> Files.delete(none), files().delete(none));
        sameAs(NoSuchFileException.class, () -> Files.createDirectory(none.resolve("x")),
                files().createDirectory(none.resolve("x")));
        sameAs(NoSuchFileException.class, () -> Files.readSymbolicLink(none), files().readSymbolicLink(none));
        sameAs(NoSuchFileException.class, () -> Files.newDirectoryStream(none), files().list(none).then());
        NoSuchFileException rename = sameAs(NoSuchFileException.class,
                () -> Files.move(none, other, StandardCopyOption.ATOMIC_MOVE), files().rename(none, other));
        assertThat(rename.getOtherFile()).isEqualTo(other.toString());
        NoSuchFileException link = sameAs(NoSuchFileException.class, () -> Files.createLink(other, none),
                files().link(other, none));
        assertThat(link.getOtherFile()).isEqualTo(none.toString());
        if (KernelUnderTest.has(Opcode.GETXATTR)) {
            error(NoSuchFileException.class, files().getAttribute(none, "user.x"));
            error(NoSuchFileException.class, files().setAttribute(none, "user.x", new byte[1]));
        }
        error(NoSuchFileException.class, files().listAttributes(none));
    }

    @Test
    void somethingThere() throws Exception {
        Path one = Files.createFile(directory.resolve("one"));
        Path two = Files.createFile(directory.resolve("two"));

        sameAs(FileAlreadyExistsException.class, () -> Files.createDirectory(one), files().createDirectory(one));
        sameAs(FileAlreadyExistsException.class, () -> Files.createLink(one, two), files().link(one, two));
        sameAs(FileAlreadyExistsException.class, () -> Files.createSymbolicLink(one, two),
                files().symbolicLink(one, two));
        sameAs(FileAlreadyExistsException.class, () -> Files.move(one, two), files().renameNoReplace(one, two));
        sameAs(FileAlreadyExistsException.class, () -> Files.createDirectories(one),
                files().createDirectories(one));
    }

    @Test
    void directoryNotEmpty() throws Exception {
        Path full = Files.createDirectory(directory.resolve("full"));
        Files.createFile(full.resolve("file"));
        Path empty = Files.createDirectory(directory.resolve("empty"));

        sameAs(DirectoryNotEmptyException.class, () -> Files.delete(full), files().delete(full));
        assertThat(error(DirectoryNotEmptyException.class, files().rename(empty, full)).getFile())
                .isEqualTo(full.toString());
    }

    @Test
    void fileWhereADirectoryIsNeeded() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        Path below = file.resolve("below");

        error(NotDirectoryException.class, files().stat(below));
        error(NotDirectoryException.class, files().delete(below));
        error(NotDirectoryException.class, files().createDirectory(below));
        error(NotDirectoryException.class, files().list(file).then());
        sameAs(NotLinkException.class, () -> Files.readSymbolicLink(file), files().readSymbolicLink(file));
    }

    @Test
    void circleOfLinks() throws Exception {
        Path link = directory.resolve("link");
        Files.createSymbolicLink(link, link);

        assertThat(error(FileSystemLoopException.class, files().stat(link)).getFile()).isEqualTo(link.toString());
        assertThat(files().lstat(link).block().isSymbolicLink()).isTrue();
    }

    @Test
    void nameTooLong() {
        Path tooLong = directory.resolve("x".repeat(256));

        sameAs(FileSystemException.class, () -> Files.createDirectory(tooLong), files().createDirectory(tooLong));
        assertThat(error(FileSystemException.class, files().stat(tooLong)).getReason())
                .isEqualTo("file name too long");
        error(FileSystemException.class, files().rename(directory, tooLong));
    }

    @Test
    void unknownNamespaceOfAnAttribute() throws Exception {
        KernelUnderTest.assume(Opcode.SETXATTR);
        Path file = Files.createFile(directory.resolve("file"));

        UringException error = error(UringException.class, files().setAttribute(file, "nonsense", new byte[1]));

        assertThat(error.errnoName()).isEqualTo("EOPNOTSUPP");
        assertThat(error.operation()).isEqualTo("SETXATTR");
        assertThat(error.file()).isEqualTo(file.toString());
    }

    @Test
    void otherFilesystemAndOneThatIsReadOnly() throws Exception {
        Path mount = Files.createDirectory(directory.resolve("mount"));
        Path file = Files.createFile(directory.resolve("file"));
        Assumptions.assumeTrue(run("mount", "-t", "tmpfs", "tmpfs", mount.toString()),
                "a tmpfs cannot be mounted here");
        try {
            Path there = Files.createFile(mount.resolve("there"));
            sameAs(AtomicMoveNotSupportedException.class,
                    () -> Files.move(file, mount.resolve("x"), StandardCopyOption.ATOMIC_MOVE),
                    files().rename(file, mount.resolve("x")));
            assertThat(error(FileSystemException.class, files().link(mount.resolve("x"), file)).getReason())
                    .isEqualTo("invalid cross-device link");
            assertThat(run("mount", "-o", "remount,ro", mount.toString())).isTrue();

            Path made = mount.resolve("made");
            assertThat(sameAs(FileSystemException.class, () -> Files.createDirectory(made),
                    files().createDirectory(made)).getReason()).isEqualTo("read-only file system");
            sameAs(FileSystemException.class, () -> Files.delete(there), files().delete(there));
            error(FileSystemException.class, files().rename(there, made));
            if (KernelUnderTest.has(Opcode.SETXATTR)) {
                error(FileSystemException.class, files().setAttribute(there, "user.x", new byte[1]));
            }
        } finally {
            run("umount", mount.toString());
        }
    }

    /** On a thread that is not root any more: the kernel checks whoever submits. */
    @Test
    void permissionDenied() throws Exception {
        Path closed = Files.createDirectory(directory.resolve("closed"));
        Path file = Files.createFile(closed.resolve("file"));
        Files.setPosixFilePermissions(closed, java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
        MethodHandle setfsuid = Linker.nativeLinker().downcallHandle(
                Linker.nativeLinker().defaultLookup().findOrThrow("setfsuid"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        int now = ring.get().raw().nop().then(Mono.fromCallable(() -> {
            call(setfsuid, NOBODY);
            return call(setfsuid, NOBODY);
        })).block();
        Assumptions.assumeTrue(now == NOBODY, "this process may not change its file system user");

        assertThat(error(AccessDeniedException.class, files().stat(file)).getFile()).isEqualTo(file.toString());
        error(AccessDeniedException.class, files().exists(file));
        error(AccessDeniedException.class, files().delete(file));
        error(AccessDeniedException.class, files().createDirectory(closed.resolve("x")));
        AccessDeniedException rename = error(AccessDeniedException.class,
                files().rename(file, directory.resolve("x")));
        assertThat(rename.getOtherFile()).isEqualTo(directory.resolve("x").toString());
        assertThat(file).exists();
    }

    private static int call(MethodHandle setfsuid, int user) {
        try {
            return (int) setfsuid.invokeExact(user);
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    private static boolean run(String... command) throws Exception {
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start().waitFor() == 0;
    }
}
