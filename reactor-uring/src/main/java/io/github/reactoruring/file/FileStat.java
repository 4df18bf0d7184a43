package io.github.reactoruring.file;

import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Says what statx(2) knows of a file.
 *
 * @param type what it is
 * @param mode its permission bits, 0 to 07777: those of {@link #permissions} and 04000 set-user-ID, 02000 set-group-ID,
 *     01000 sticky
 * @param sizeBytes the length of its content; of a symbolic link that of its target's name
 * @param allocatedBytes what it takes on the disk: less than its size when it is sparse
 * @param preferredIoBytes the size of reads and writes the filesystem likes best
 * @param uid its owner's number
 * @param gid its group's number
 * @param links how many names it has
 * @param inode its number in its filesystem
 * @param device its filesystem's device: with {@code inode} it identifies the file; the number of "unix:dev"
 * @param representedDevice the device it stands for, if it is one; else 0; the number of "unix:rdev"
 * @param mountId its mount in /proc/self/mountinfo, or 0 before Linux 5.8
 * @param accessed when it was last read, as far as the mount keeps that
 * @param modified when its content last changed
 * @param changed when its content or status last changed
 * @param born when it was made, or null where the filesystem does not know
 * @param directMemoryAlignmentBytes how buffers must be aligned for O_DIRECT; 0 where O_DIRECT is not to be had, or
 *     the kernel does not say (it does since Linux 6.1, for regular files and block devices of some filesystems)
 * @param directOffsetAlignmentBytes how positions and lengths must be aligned for O_DIRECT; 0 likewise
 */
public record FileStat(FileType type, int mode, long sizeBytes, long allocatedBytes, int preferredIoBytes, int uid,
        int gid, int links, long inode, long device, long representedDevice, long mountId, Instant accessed,
        Instant modified, Instant changed, @Nullable Instant born, int directMemoryAlignmentBytes,
        int directOffsetAlignmentBytes) {

    private static final PosixFilePermission[] BITS = {PosixFilePermission.OTHERS_EXECUTE,
            PosixFilePermission.OTHERS_WRITE, PosixFilePermission.OTHERS_READ, PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.GROUP_WRITE, PosixFilePermission.GROUP_READ, PosixFilePermission.OWNER_EXECUTE,
            PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_READ};

    /** Says whether it is a regular file. */
    public boolean isRegularFile() {
        return type == FileType.REGULAR;
    }

    /** Says whether it is a directory. */
    public boolean isDirectory() {
        return type == FileType.DIRECTORY;
    }

    /** Says whether it is a symbolic link, which only {@link UringFileSystem#lstat} can find. */
    public boolean isSymbolicLink() {
        return type == FileType.SYMBOLIC_LINK;
    }

    /** Returns the lower nine bits of {@link #mode} as java.nio.file names them. */
    public Set<PosixFilePermission> permissions() {
        EnumSet<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (int bit = 0; bit < BITS.length; bit++) {
            if ((mode & 1 << bit) != 0) {
                permissions.add(BITS[bit]);
            }
        }
        return permissions;
    }
}
