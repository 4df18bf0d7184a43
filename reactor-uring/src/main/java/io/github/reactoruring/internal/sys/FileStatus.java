package io.github.reactoruring.internal.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Says what an open file is.
 *
 * @param regular whether it is a regular file
 * @param seekable whether it has positions: a regular file or a block device
 * @param sizeBytes its size, 0 where the filesystem does not know
 * @param mountId the id of its mount in /proc/self/mountinfo, or 0 before Linux 5.8
 * @param virtualDevice whether its filesystem has no device of its own: tmpfs, FUSE, NFS, …
 */
public record FileStatus(boolean regular, boolean seekable, long sizeBytes, long mountId, boolean virtualDevice) {

    /** Stands for a file not yet there, on a filesystem not known. */
    public static final FileStatus UNKNOWN = new FileStatus(true, true, 0, 0, true);

    /** What to ask for: STATX_TYPE, STATX_SIZE and STATX_MNT_ID. */
    public static final int STATX_MASK = 0x1 | 0x200 | 0x1000;
    private static final int S_IFMT = 0xF000;
    private static final int S_IFREG = 0x8000;
    private static final int S_IFBLK = 0x6000;

    /** Reads struct statx: stx_mode u16 at 28, stx_size u64 at 40, stx_dev_major u32 at 136, stx_mnt_id u64 at 144. */
    public static FileStatus read(MemorySegment status) {
        int type = status.get(ValueLayout.JAVA_SHORT, 28) & S_IFMT;
        return new FileStatus(type == S_IFREG, type == S_IFREG || type == S_IFBLK,
                status.get(ValueLayout.JAVA_LONG, 40),
                status.get(ValueLayout.JAVA_LONG, 144), status.get(ValueLayout.JAVA_INT, 136) == 0);
    }
}
