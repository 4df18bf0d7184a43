package io.github.reactoruring.internal.ring.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.reactoruring.internal.ring.RingUnderTest;
import io.github.reactoruring.internal.sys.DirectIo;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.ErrnoException;
import io.github.reactoruring.internal.sys.FileIdentity;
import io.github.reactoruring.internal.sys.FileStatus;
import io.github.reactoruring.internal.sys.InotifyEvents;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.OpenFlags;
import io.github.reactoruring.testing.kernel.NeedsUring;
import io.github.reactoruring.testing.process.Descriptors;

/** Asks the kernel about descriptors that a ring and it itself have opened. */
@NeedsUring
class KernelDescriptorsTest {

    private static final int NONE = 1 << 28;

    private final KernelDescriptors descriptors = new KernelDescriptors();
    private Map<String, Integer> before;

    @TempDir
    private Path directory;

    @BeforeEach
    void countDescriptors() {
        before = Descriptors.open();
    }

    @AfterEach
    void everythingIsClosed() {
        assertThat(Descriptors.open()).isEqualTo(before);
    }

    @Test
    void statusTellsRegularFilesFromPipes() throws Exception {
        Path path = Files.writeString(directory.resolve("a"), "12345");
        int[] ends = new int[2];
        assertThat(descriptors.pipe(ends)).isZero();
        FileStatus pipe = descriptors.status(ends[0]);
        assertThat(descriptors.close(ends[0])).isZero();
        assertThat(descriptors.close(ends[1])).isZero();
        int file = open(path, OpenFlags.O_RDONLY);
        FileStatus regular = descriptors.status(file);
        assertThat(descriptors.close(file)).isZero();

        assertThat(pipe.regular()).isFalse();
        assertThat(pipe.seekable()).isFalse();
        assertThat(regular.regular()).isTrue();
        assertThat(regular.sizeBytes()).isEqualTo(5);
        assertThat(regular.seekable()).isTrue();
    }

    @Test
    void identityTellsFilesApart() throws Exception {
        Path path = Files.writeString(directory.resolve("a"), "12345");
        Files.createLink(directory.resolve("same"), path);
        Files.writeString(directory.resolve("other"), "12345");
        FileIdentity identity = identity(path);

        assertThat(identity.isSameFile(identity(directory.resolve("same")))).isTrue();
        assertThat(identity.isSameFile(identity(directory.resolve("other")))).isFalse();
        assertThat(identity.regular()).isTrue();
        assertThat(identity(directory).directory()).isTrue();
    }

    private FileIdentity identity(Path path) throws Exception {
        int descriptor = open(path, OpenFlags.O_RDONLY);
        try {
            return descriptors.identity(descriptor);
        } finally {
            descriptors.close(descriptor);
        }
    }

    @Test
    void truncatesAFileAndNoPipe() throws Exception {
        Path path = Files.writeString(directory.resolve("a"), "12345");
        int file = open(path, OpenFlags.O_WRONLY);
        assertThat(descriptors.truncate(file, 2)).isZero();
        assertThat(path).hasContent("12");
        descriptors.close(file);

        int[] ends = new int[2];
        descriptors.pipe(ends);
        assertThat(descriptors.truncate(ends[1], 2)).isEqualTo(-Errno.EINVAL);
        descriptors.close(ends[0]);
        descriptors.close(ends[1]);
    }

    @Test
    void anInotifyInstanceWatchesAPathThatIsThere() {
        int inotify = descriptors.inotify();
        assertThat(inotify).isNotNegative();
        assertThat(descriptors.addWatch(inotify, directory.toString(), InotifyEvents.IN_CREATE)).isPositive();
        assertThat(descriptors.addWatch(inotify, directory + "/none", InotifyEvents.IN_CREATE))
                .isEqualTo(-Errno.ENOENT);
        assertThat(descriptors.close(inotify)).isZero();
    }

    @Test
    void aPathThatIsNotThereHasNoAttributes() {
        assertThatThrownBy(() -> descriptors.listAttributes(directory + "/none"))
                .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
        assertThat(descriptors.removeAttribute(directory + "/none", "user.a")).isEqualTo(-Errno.ENOENT);
    }

    @Test
    void aNumberThatNothingIsOpenUnderIsRefused() {
        assertThatThrownBy(() -> descriptors.status(NONE)).isInstanceOfSatisfying(ErrnoException.class,
                e -> assertThat(e.errno()).isEqualTo(Errno.EBADF));
        assertThatThrownBy(() -> descriptors.identity(NONE)).isInstanceOf(ErrnoException.class);
        assertThat(descriptors.directIo(NONE)).isEqualTo(DirectIo.UNKNOWN);
        assertThat(descriptors.truncate(NONE, 0)).isEqualTo(-Errno.EBADF);
        assertThat(descriptors.close(NONE)).isEqualTo(-Errno.EBADF);
    }

    private static int open(Path path, int flags) throws Exception {
        try (RingUnderTest under = RingUnderTest.open("real", 4, 8); Arena arena = Arena.ofConfined()) {
            under.ring.nextSqe().opcode(IoUringAbi.IORING_OP_OPENAT).fd(OpenFlags.AT_FDCWD)
                    .addr(arena.allocateFrom(path.toString()).address()).opFlags(flags | OpenFlags.O_CLOEXEC);
            assertThat(under.ring.enter(true, 1, -1)).isEqualTo(1);
            int descriptor = under.reap().getFirst().result();
            assertThat(descriptor).isNotNegative();
            return descriptor;
        }
    }
}
