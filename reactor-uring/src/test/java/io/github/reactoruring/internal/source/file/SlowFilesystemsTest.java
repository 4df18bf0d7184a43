package io.github.reactoruring.internal.source.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.reactoruring.internal.sys.FileStatus;
import io.github.reactoruring.internal.sys.MountTable.Mount;
import io.github.reactoruring.internal.sys.OpenFlags;
import io.github.reactoruring.internal.sys.Statx;
import io.github.reactoruring.internal.sys.Syscalls;
import io.github.reactoruring.testing.fuse.NeedsFuse;
import io.github.reactoruring.testing.fuse.SlowFileSystem;

class SlowFilesystemsTest {

    @ParameterizedTest
    @CsvSource({"ext4, false, false", "xfs, false, false", "btrfs, true, false", "tmpfs, true, false",
            "overlay, true, false", "autofs, true, false", "fusectl, true, false", "fuse, true, true",
            "fuse.sshfs, true, true", "fuseblk, false, true", "nfs4, true, true", "cifs, true, true", "9p, true, true",
            "ceph, true, true", "not-yet-invented, true, true"})
    void tellsSlowTypesFromFastOnes(String type, boolean virtualDevice, boolean slow) {
        assertThat(SlowFilesystems.isSlow(new Mount(1, type, virtualDevice))).isEqualTo(slow);
    }

    @Test
    void aFileOfAnUnknownMountIsSlowUnlessItHasADevice() {
        assertThat(SlowFilesystems.holds(new FileStatus(true, true, 1, Long.MAX_VALUE, true))).isTrue();
        assertThat(SlowFilesystems.holds(new FileStatus(true, true, 1, Long.MAX_VALUE, false))).isFalse();
        assertThat(SlowFilesystems.holds(new FileStatus(false, false, 1, Long.MAX_VALUE, true))).isFalse();
    }

    @Test
    @NeedsFuse
    void aMountedFuseFilesystemIsSlowAndTheTemporaryDirectoryIsNot(@TempDir Path directory) throws Exception {
        try (SlowFileSystem slow = SlowFileSystem.mount()) {
            Path file = slow.file("file", 1).path();

            assertThat(SlowFilesystems.mayBeOpened()).isTrue();
            assertThat(SlowFilesystems.holds(statusOf(file))).isTrue();
            assertThat(SlowFilesystems.holds(statusOf(Files.createFile(directory.resolve("file"))))).isFalse();
        }
    }

    /** The kernel gives a new mount the number of one that has gone. */
    @Test
    @NeedsFuse
    void aMountIsNotTakenForAnEarlierOneOfTheSameNumber(@TempDir Path directory) throws Exception {
        run("mount", "-t", "tmpfs", "none", directory.toString());
        long number;
        try {
            FileStatus fast = statusOf(Files.createFile(directory.resolve("file")));
            SlowFilesystems.mayBeOpened();
            assertThat(SlowFilesystems.holds(fast)).isFalse();
            number = fast.mountId();
        } finally {
            run("umount", directory.toString());
        }
        try (SlowFileSystem slow = SlowFileSystem.mount()) {
            FileStatus status = statusOf(slow.file("file", 1).path());
            assumeThat(status.mountId()).as("the number is used again, unless somebody else mounts").isEqualTo(number);

            SlowFilesystems.mayBeOpened();
            assertThat(SlowFilesystems.holds(status)).isTrue();
        }
    }

    private static FileStatus statusOf(Path file) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(Statx.BYTES, Long.BYTES);
            assertThat(Syscalls.statx(OpenFlags.AT_FDCWD, arena.allocateFrom(file.toString()), 0,
                    FileStatus.STATX_MASK, status)).isZero();
            return FileStatus.read(status);
        }
    }

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
