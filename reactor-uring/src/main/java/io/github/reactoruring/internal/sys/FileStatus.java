package io.github.reactoruring.internal.sys;

import java.lang.foreign.MemorySegment;
import java.time.Instant;

/**
 * Says what an open file is.
 *
 * @param regular whether it is a regular file
 * @param seekable whether it has positions: a regular file or a block device
 * @param sizeBytes its size, 0 where the filesystem does not know
 * @param mountId the id of its mount in /proc/self/mountinfo, or 0 before Linux 5.8
 * @param virtualDevice whether its filesystem has no device of its own: tmpfs, FUSE, NFS, …
 * @param modified when its content last changed
 * @param changed when its content, its status or its name last changed
 */
public record FileStatus(boolean regular, boolean seekable, long sizeBytes, long mountId, boolean virtualDevice,
        Instant modified, Instant changed) {

    /** Stands for a file not yet there, on a filesystem not known. */
    public static final FileStatus UNKNOWN = new FileStatus(true, true, 0, 0, true);

    /** What to ask for. */
    public static final int STATX_MASK = Statx.STATX_TYPE | Statx.STATX_SIZE | Statx.STATX_MNT_ID | Statx.STATX_MTIME
            | Statx.STATX_CTIME;

    /** Says what is no file, or not yet one, with the start of 1970 for its times. */
    public FileStatus(boolean regular, boolean seekable, long sizeBytes, long mountId, boolean virtualDevice) {
        this(regular, seekable, sizeBytes, mountId, virtualDevice, Instant.EPOCH, Instant.EPOCH);
    }

    /** Reads struct statx. */
    public static FileStatus read(MemorySegment status) {
        int type = Statx.type(Statx.mode(status));
        return new FileStatus(type == Statx.S_IFREG, type == Statx.S_IFREG || type == Statx.S_IFBLK,
                Statx.sizeBytes(status), Statx.mountId(status), Statx.virtualDevice(status),
                Statx.modificationTime(status), Statx.changeTime(status));
    }
}
