package io.github.reactoruring.internal.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Tells files apart, and says what a name stands for, from struct statx.
 *
 * @param device the number of the filesystem's device, its major part in the upper half
 * @param inode the file's number there
 * @param mode its type and permissions
 */
public record FileIdentity(long device, long inode, int mode) {

    /** What to ask for: STATX_TYPE, STATX_MODE and STATX_INO. */
    public static final int STATX_MASK = 0x1 | 0x2 | 0x100;

    private static final int S_IFMT = 0xF000;
    private static final int S_IFREG = 0x8000;
    private static final int S_IFDIR = 0x4000;
    private static final int PERMISSIONS = 07777;

    /** Reads struct statx: stx_mode u16 at 28, stx_ino u64 at 32, stx_dev_major and stx_dev_minor u32 at 136 and 140. */
    public static FileIdentity read(MemorySegment status) {
        long major = status.get(ValueLayout.JAVA_INT, 136);
        long minor = Integer.toUnsignedLong(status.get(ValueLayout.JAVA_INT, 140));
        return new FileIdentity(major << 32 | minor, status.get(ValueLayout.JAVA_LONG, 32),
                Short.toUnsignedInt(status.get(ValueLayout.JAVA_SHORT, 28)));
    }

    /** Says whether both name one file. */
    public boolean isSameFile(FileIdentity other) {
        return device == other.device && inode == other.inode;
    }

    public boolean regular() {
        return (mode & S_IFMT) == S_IFREG;
    }

    public boolean directory() {
        return (mode & S_IFMT) == S_IFDIR;
    }

    /** Returns the permission bits, set-user-ID and the like among them. */
    public int permissions() {
        return mode & PERMISSIONS;
    }
}
