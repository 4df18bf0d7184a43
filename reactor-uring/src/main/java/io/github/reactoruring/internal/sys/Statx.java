package io.github.reactoruring.internal.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;

/**
 * Knows statx(2): what it may be asked for, its flags, and what it fills.
 *
 * <p>struct statx, 256 bytes; a time is {@code s64 seconds | u32 nanoseconds | s32 reserved}.
 *
 * <pre>
 *     0 mask u32            4 blksize u32          8 attributes u64
 *    16 nlink u32          20 uid u32             24 gid u32            28 mode u16
 *    32 ino u64            40 size u64            48 blocks u64         56 attributes_mask u64
 *    64 atime              80 btime               96 ctime             112 mtime
 *   128 rdev_major u32    132 rdev_minor u32     136 dev_major u32     140 dev_minor u32
 *   144 mnt_id u64        152 dio_mem_align u32  156 dio_offset_align u32
 * </pre>
 */
public final class Statx {

    /** The size of struct statx. */
    public static final int BYTES = 256;

    // What to ask for; the answer's mask says what of it there is.
    public static final int STATX_TYPE = 0x1;
    public static final int STATX_MODE = 0x2;
    public static final int STATX_NLINK = 0x4;
    public static final int STATX_UID = 0x8;
    public static final int STATX_GID = 0x10;
    public static final int STATX_MTIME = 0x40;
    public static final int STATX_CTIME = 0x80;
    public static final int STATX_INO = 0x100;
    public static final int STATX_SIZE = 0x200;
    public static final int STATX_BASIC_STATS = 0x7ff;
    public static final int STATX_BTIME = 0x800;
    public static final int STATX_MNT_ID = 0x1000;
    public static final int STATX_DIOALIGN = 0x2000;

    // Types, in the upper four bits of the mode
    public static final int S_IFIFO = 0x1000;
    public static final int S_IFCHR = 0x2000;
    public static final int S_IFDIR = 0x4000;
    public static final int S_IFBLK = 0x6000;
    public static final int S_IFREG = 0x8000;
    public static final int S_IFLNK = 0xA000;
    public static final int S_IFSOCK = 0xC000;

    // Flags
    /** Waits for a server where stat(2) does. */
    public static final int SYNC_AS_STAT = 0;
    /** Asks of the descriptor itself: the name is empty. */
    public static final int EMPTY_PATH = 0x1000;
    /** Asks of a symbolic link itself. */
    public static final int SYMLINK_NOFOLLOW = 0x100;

    /** Takes what is at hand, without asking a server (AT_STATX_DONT_SYNC). */
    public static final int DONT_SYNC = 0x4000;

    private static final int TYPE_BITS = 0xF000;
    private static final int PERMISSION_BITS = 07777;
    private static final int SECTOR_BYTES = 512;

    private Statx() {
    }

    // ---- Reading struct statx

    /** Says whether the kernel and the filesystem know what {@code asked} asks for. */
    public static boolean has(MemorySegment status, int asked) {
        return (status.get(ValueLayout.JAVA_INT, 0) & asked) == asked;
    }

    public static int blockBytes(MemorySegment status) {
        return status.get(ValueLayout.JAVA_INT, 4);
    }

    public static int links(MemorySegment status) {
        return status.get(ValueLayout.JAVA_INT, 16);
    }

    public static int userId(MemorySegment status) {
        return status.get(ValueLayout.JAVA_INT, 20);
    }

    public static int groupId(MemorySegment status) {
        return status.get(ValueLayout.JAVA_INT, 24);
    }

    /** Returns type and permissions. */
    public static int mode(MemorySegment status) {
        return Short.toUnsignedInt(status.get(ValueLayout.JAVA_SHORT, 28));
    }

    /** Returns the type of {@code mode}, S_IF*. */
    public static int type(int mode) {
        return mode & TYPE_BITS;
    }

    /** Returns the permission bits of {@code mode}, set-user-ID and the like among them. */
    public static int permissions(int mode) {
        return mode & PERMISSION_BITS;
    }

    public static long inode(MemorySegment status) {
        return status.get(ValueLayout.JAVA_LONG, 32);
    }

    public static long sizeBytes(MemorySegment status) {
        return status.get(ValueLayout.JAVA_LONG, 40);
    }

    public static long allocatedBytes(MemorySegment status) {
        return status.get(ValueLayout.JAVA_LONG, 48) * SECTOR_BYTES;
    }

    public static Instant accessTime(MemorySegment status) {
        return time(status, 64);
    }

    public static Instant birthTime(MemorySegment status) {
        return time(status, 80);
    }

    public static Instant changeTime(MemorySegment status) {
        return time(status, 96);
    }

    public static Instant modificationTime(MemorySegment status) {
        return time(status, 112);
    }

    private static Instant time(MemorySegment status, long offset) {
        return Instant.ofEpochSecond(status.get(ValueLayout.JAVA_LONG, offset),
                status.get(ValueLayout.JAVA_INT, offset + 8));
    }

    /** Returns the number of the device that a device file stands for. */
    public static long deviceOfFile(MemorySegment status) {
        return device(status, 128);
    }

    /** Returns the number of the device that the file is on; its major part is 0 for tmpfs, FUSE, NFS, … */
    public static long device(MemorySegment status) {
        return device(status, 136);
    }

    /** Says whether the filesystem has no device of its own. */
    public static boolean virtualDevice(MemorySegment status) {
        return status.get(ValueLayout.JAVA_INT, 136) == 0;
    }

    /** Joins major and minor as makedev(3) does. */
    private static long device(MemorySegment status, long offset) {
        long major = Integer.toUnsignedLong(status.get(ValueLayout.JAVA_INT, offset));
        long minor = Integer.toUnsignedLong(status.get(ValueLayout.JAVA_INT, offset + 4));
        return (major & 0xfffff000L) << 32 | (major & 0xfffL) << 8 | (minor & 0xffffff00L) << 12 | minor & 0xffL;
    }

    public static long mountId(MemorySegment status) {
        return status.get(ValueLayout.JAVA_LONG, 144);
    }

    /** Returns what O_DIRECT wants addresses aligned to; 0 where it is not to be had. */
    public static int directMemoryBytes(MemorySegment status) {
        return status.get(ValueLayout.JAVA_INT, 152);
    }

    /** Returns what O_DIRECT wants positions and lengths aligned to. */
    public static int directOffsetBytes(MemorySegment status) {
        return status.get(ValueLayout.JAVA_INT, 156);
    }
}
