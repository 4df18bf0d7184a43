package io.github.reactoruring.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.RandomAccessFile;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.reactoruring.file.WriteOptions.Creation;
import io.github.reactoruring.file.WriteOptions.Partial;
import io.github.reactoruring.testing.Await;
import io.github.reactoruring.testing.Probe;
import io.github.reactoruring.testing.TestUring;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.Descriptors;
import io.github.reactoruring.testing.process.MountedTmpfs;

@NeedsUring
class CopyTest {

    @RegisterExtension
    final TestUring ring = TestUring.withDefaults();

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 524_287, 524_288, 524_289, 20_000_000})
    void copiesTheContent(int size) throws Exception {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        Path from = Files.write(directory.resolve("from"), content);
        Path to = Files.write(directory.resolve("to"), new byte[size / 2 + 3]);

        assertThat(copy(from, to, WriteOptions.defaults())).isEqualTo(size);

        assertThat(Files.mismatch(from, to)).isEqualTo(-1);
    }

    @Test
    void aCopyOfASecretIsOne() throws Exception {
        Path from = Files.writeString(directory.resolve("secret"), "secret");
        Files.setAttribute(from, "unix:mode", 04700);
        Path there = Files.createFile(directory.resolve("there"));
        Object before = Files.getAttribute(there, "unix:mode");

        ring.get().files().copy(from, directory.resolve("copy"), WriteOptions.defaults()).block();
        ring.get().files().copy(from, there, WriteOptions.defaults()).block();

        assertThat((int) Files.getAttribute(directory.resolve("copy"), "unix:mode") & 07777).isEqualTo(0700);
        assertThat(Files.getAttribute(there, "unix:mode")).as("of a file that was there").isEqualTo(before);
    }

    @Test
    void copiesFilesThatDoNotTellTheirSize() throws Exception {
        Path to = directory.resolve("to");
        assertThat(copy(Path.of("/proc/version"), to, WriteOptions.defaults())).isPositive();
        assertThat(to).hasSameTextualContentAs(Path.of("/proc/version"));
    }

    @Test
    void copiesMoreThanFourGibibytes() throws Exception {
        long size = (5L << 30) + 12_345;
        // Of a tmpfs a hole is read without taking memory.
        try (MountedTmpfs small = MountedTmpfs.mount(directory.resolve("small"), 1024)) {
            Path sparse = small.directory().resolve("sparse");
            try (RandomAccessFile file = new RandomAccessFile(sparse.toFile(), "rw")) {
                file.setLength(size);
            }
            assertThat(copy(sparse, Path.of("/dev/null"), WriteOptions.defaults())).isEqualTo(size);
        }
    }

    @Test
    void leavesTheTargetAloneWhenTheSourceCannotBeRead() throws Exception {
        Path to = Files.writeString(directory.resolve("to"), "old");

        assertThatThrownBy(() -> copy(directory.resolve("missing"), to, WriteOptions.defaults()))
                .hasCauseInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> copy(directory, to, WriteOptions.defaults()))
                .hasCauseInstanceOf(FileSystemException.class).hasMessageContaining("is a directory");

        assertThat(to).hasContent("old");
        Path none = directory.resolve("none");
        assertThatThrownBy(() -> copy(directory, none, WriteOptions.defaults()))
                .hasCauseInstanceOf(FileSystemException.class).hasMessageContaining("is a directory");
        assertThat(none).doesNotExist();
    }

    @Test
    void obeysTheOptionsOfTheTarget() throws Exception {
        Path from = Files.writeString(directory.resolve("from"), "abc");
        Path to = Files.writeString(directory.resolve("to"), "0123456789");

        copy(from, to, WriteOptions.defaults().from(2));
        copy(from, to, WriteOptions.defaults().append());
        assertThat(to).hasContent("01abc56789abc");
        assertThatThrownBy(() -> copy(from, to, WriteOptions.defaults().withCreation(Creation.NEW)))
                .hasCauseInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> copy(from, directory.resolve("no/file"), WriteOptions.defaults()))
                .hasCauseInstanceOf(NoSuchFileException.class);
    }

    @Test
    void disposalLeavesNoPartialCopyAndNoDescriptor() throws Exception {
        // So large that it takes longer than this thread may be kept from its processor.
        Path from = directory.resolve("from");
        try (RandomAccessFile sparse = new RandomAccessFile(from.toFile(), "rw")) {
            sparse.setLength(1_000_000_000);
        }
        Path to = directory.resolve("to");
        var before = Descriptors.open();
        Probe<Long> probe = Probe.idle();
        ring.get().files().copy(from, to, WriteOptions.defaults().withPartial(Partial.DELETE)).subscribe(probe);
        probe.request(1);
        Await.until("some of it copied", () -> Files.exists(to) && to.toFile().length() > 0);

        probe.dispose();

        Await.until("the copy gone", () -> !Files.exists(to));
        Descriptors.awaitNoMoreThan(before);
        probe.assertSilent();
    }

    private long copy(Path from, Path to, WriteOptions options) {
        return ring.get().files().copy(from, to, options).block();
    }
}
