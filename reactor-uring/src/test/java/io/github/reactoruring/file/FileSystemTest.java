package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.raw.Opcode;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.KernelUnderTest;
import io.github.reactoruring.testing.kernel.NeedsUring;
import reactor.core.publisher.Mono;

@NeedsUring
class FileSystemTest {

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    private UringFileSystem files() {
        return ring.get().fileSystem();
    }

    @Test
    void statSaysWhatJavaNioSays() throws Exception {
        Path file = Files.write(directory.resolve("file"), new byte[5_000]);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-x--x"));
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2001-02-03T04:05:06.123456789Z")));
        Files.createLink(directory.resolve("second"), file);

        FileStat stat = files().stat(file).block();

        Map<String, Object> expected = Files.readAttributes(file, "unix:*");
        assertThat(stat.type()).isEqualTo(FileType.REGULAR);
        assertThat(stat.isRegularFile()).isTrue();
        assertThat(stat.sizeBytes()).isEqualTo(5_000);
        assertThat(stat.mode()).isEqualTo(0651);
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        assertThat(stat.permissions()).isEqualTo(permissions);
        assertThat(stat.uid()).isEqualTo(expected.get("uid"));
        assertThat(stat.gid()).isEqualTo(expected.get("gid"));
        assertThat(stat.links()).isEqualTo(2).isEqualTo(expected.get("nlink"));
        assertThat(stat.inode()).isEqualTo(expected.get("ino"));
        assertThat(stat.device()).isEqualTo(expected.get("dev"));
        assertThat(stat.representedDevice()).isZero();
        assertThat(stat.modified()).isEqualTo(Instant.parse("2001-02-03T04:05:06.123456789Z"));
        assertThat(stat.accessed()).isEqualTo(((FileTime) expected.get("lastAccessTime")).toInstant());
        assertThat(stat.changed()).isEqualTo(((FileTime) expected.get("ctime")).toInstant());
        assertThat(stat.born()).isNotNull().isAfter(stat.modified());
        assertThat(stat.preferredIoBytes()).isPositive();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo")).lines())
                .anyMatch(line -> line.startsWith(stat.mountId() + " "));
    }

    @Test
    void countsTheBytesOfASparseFileAndThoseItTakes() throws Exception {
        Path file = directory.resolve("sparse");
        try (var channel = Files.newByteChannel(file, java.nio.file.StandardOpenOption.CREATE,
                java.nio.file.StandardOpenOption.WRITE)) {
            channel.position(5L << 30).write(ByteBuffer.wrap(new byte[1]));
        }

        FileStat stat = files().stat(file).block();

        assertThat(stat.sizeBytes()).isEqualTo((5L << 30) + 1);
        assertThat(stat.allocatedBytes()).isLessThan(1 << 20).isNotNegative();
    }

    @Test
    void tellsTypesApart() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory);

        assertThat(files().stat(link).block().isDirectory()).isTrue();
        assertThat(files().lstat(link).block().isSymbolicLink()).isTrue();
        FileStat device = files().stat(Path.of("/dev/null")).block();
        assertThat(device.type()).isEqualTo(FileType.CHARACTER_DEVICE);
        assertThat(device.representedDevice()).isEqualTo(Files.getAttribute(Path.of("/dev/null"), "unix:rdev"));
        assertThat(files().stat(Path.of("")).block().inode())
                .isEqualTo(Files.getAttribute(Path.of(""), "unix:ino"));
    }

    @Test
    void saysWhatExists() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        Path dangling = Files.createSymbolicLink(directory.resolve("dangling"), directory.resolve("none"));

        assertThat(files().exists(file).block()).isTrue();
        assertThat(files().exists(directory.resolve("none")).block()).isFalse();
        assertThat(files().exists(file.resolve("below")).block()).isFalse();
        assertThat(files().exists(dangling).block()).isFalse();
    }

    @Test
    void doesNothingUntilSubscribedAndThenOnceForEach() {
        Path made = directory.resolve("made");
        Mono<Void> create = files().createDirectory(made);

        assertThat(made).doesNotExist();
        create.block();
        assertThat(made).isDirectory();
        assertThatThrownBy(create::block).hasRootCauseInstanceOf(java.nio.file.FileAlreadyExistsException.class);
    }

    @Test
    void makesADirectoryWithItsMode() throws Exception {
        files().createDirectory(directory.resolve("private"), 0700).block();

        assertThat(Files.getPosixFilePermissions(directory.resolve("private")))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void makesTheDirectoriesAboveToo() throws Exception {
        Path deep = directory.resolve("a/b/c/d");

        files().createDirectories(deep).block();
        files().createDirectories(deep).block();

        assertThat(deep).isDirectory();
        Path link = Files.createSymbolicLink(directory.resolve("link"), deep);
        files().createDirectories(link.resolve("e")).block();
        assertThat(deep.resolve("e")).isDirectory();
    }

    @Test
    void deletesFilesLinksAndEmptyDirectories() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        Path empty = Files.createDirectory(directory.resolve("empty"));

        files().delete(link).block();
        assertThat(file).exists();
        files().delete(file).block();
        files().delete(empty).block();

        assertThat(directory).isEmptyDirectory();
        assertThat(files().deleteIfExists(file).block()).isFalse();
        assertThat(files().deleteIfExists(Files.createDirectory(empty)).block()).isTrue();
    }

    @Test
    void renamesReplacingOrNot() throws Exception {
        Path one = Files.writeString(directory.resolve("one"), "1");
        Path two = Files.writeString(directory.resolve("two"), "2");

        assertThatThrownBy(() -> files().renameNoReplace(one, two).block())
                .hasRootCauseInstanceOf(java.nio.file.FileAlreadyExistsException.class);
        assertThat(two).hasContent("2");
        files().rename(one, two).block();

        assertThat(one).doesNotExist();
        assertThat(two).hasContent("1");
        files().renameNoReplace(two, one).block();
        assertThat(one).hasContent("1");
    }

    @Test
    void exchangesTwoNames() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "content");
        Path folder = Files.createDirectory(directory.resolve("folder"));

        files().exchange(file, folder).block();

        assertThat(file).isDirectory();
        assertThat(folder).hasContent("content");
    }

    @Test
    void linksAndReadsLinks() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "content");
        Path hard = directory.resolve("hard");
        Path symbolic = directory.resolve("symbolic");

        files().link(hard, file).block();
        files().symbolicLink(symbolic, Path.of("file")).block();

        assertThat(Files.isSameFile(hard, file)).isTrue();
        assertThat(Files.isSymbolicLink(hard)).isFalse();
        assertThat(symbolic).hasContent("content");
        assertThat(files().readSymbolicLink(symbolic).block()).isEqualTo(Path.of("file"));
        files().link(directory.resolve("link-of-link"), symbolic).block();
        assertThat(Files.isSymbolicLink(directory.resolve("link-of-link"))).isTrue();
    }

    @Test
    void keepsExtendedAttributes() throws Exception {
        KernelUnderTest.assume(Opcode.SETXATTR);
        Path file = Files.createFile(directory.resolve("file"));
        byte[] large = new byte[3_000];
        new Random(1).nextBytes(large);

        files().setAttribute(file, "user.small", "v\u00e4lue".getBytes(StandardCharsets.UTF_8)).block();
        files().setAttribute(file, "user.large", large).block();
        files().setAttribute(file, "user.empty", new byte[0]).block();

        assertThat(files().getAttribute(file, "user.small").block()).asString(StandardCharsets.UTF_8)
                .isEqualTo("v\u00e4lue");
        assertThat(files().getAttribute(file, "user.large").block()).isEqualTo(large);
        assertThat(files().getAttribute(file, "user.empty").block()).isEmpty();
        assertThat(files().getAttribute(file, "user.none").blockOptional()).isEmpty();
        UserDefinedFileAttributeView view = Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
        assertThat(view.list()).containsExactlyInAnyOrder("small", "large", "empty");
        assertThat(files().listAttributes(file).block())
                .containsExactlyInAnyOrder("user.small", "user.large", "user.empty");
        assertThat(files().removeAttribute(file, "user.large").block()).isTrue();
        assertThat(files().removeAttribute(file, "user.large").block()).isFalse();
        assertThat(view.list()).containsExactlyInAnyOrder("small", "empty");
    }

    @Test
    void disposalBeforeTheSubmissionDoesNothing() {
        Path never = directory.resolve("never");

        files().createDirectory(never).subscribe().dispose();
        files().createDirectory(directory.resolve("after")).block();

        ring.awaitIdle();
        assertThat(directory.resolve("after")).isDirectory();
    }

    @Test
    void refusesPathsOfOtherFilesystemsAtAssembly() throws Exception {
        URI zip = URI.create("jar:" + directory.resolve("a.zip").toUri());
        try (FileSystem other = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
            Path foreign = other.getPath("/x");

            assertThatThrownBy(() -> files().stat(foreign)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> files().readSymbolicLink(foreign)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> files().watch(foreign)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> files().createDirectory(directory, 010000))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("010000");
        assertThatThrownBy(() -> files().walk(directory, -1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> files().deleteRecursively(directory, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Files.exists(directory, LinkOption.NOFOLLOW_LINKS)).isTrue();
    }
}
