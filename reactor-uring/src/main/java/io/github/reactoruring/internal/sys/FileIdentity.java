package io.github.reactoruring.internal.sys;

import java.lang.foreign.MemorySegment;

/**
 * Tells files apart, and says what a name stands for, from struct statx.
 *
 * @param device the number of the filesystem's device
 * @param inode the file's number there
 * @param mode its type and permissions
 */
public record FileIdentity(long device, long inode, int mode) {

    /** What to ask for. */
    public static final int STATX_MASK = Statx.STATX_TYPE | Statx.STATX_MODE | Statx.STATX_INO;

    /** Reads struct statx. */
    public static FileIdentity read(MemorySegment status) {
        return new FileIdentity(Statx.device(status), Statx.inode(status), Statx.mode(status));
    }

    /** Says whether both name one file. */
    public boolean isSameFile(FileIdentity other) {
        return device == other.device && inode == other.inode;
    }

    public boolean regular() {
        return Statx.type(mode) == Statx.S_IFREG;
    }

    public boolean directory() {
        return Statx.type(mode) == Statx.S_IFDIR;
    }

    /** Returns the permission bits, set-user-ID and the like among them. */
    public int permissions() {
        return Statx.permissions(mode);
    }
}
