package io.github.reactoruring.internal.source.path;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.file.FileStat;
import io.github.reactoruring.file.FileType;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.Loops;
import io.github.reactoruring.internal.source.OneShotMono;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.OpenFlags;
import io.github.reactoruring.internal.sys.Statx;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * Asks for all a path's status (STATX, Linux 5.6), as fresh as stat(2) gives it (AT_STATX_SYNC_AS_STAT).
 *
 * <p>struct statx: {@code 0 mask | 4 blksize | 16 nlink | 20 uid | 24 gid | 28 mode u16 | 32 ino | 40 size | 48 blocks |
 * 64 atime | 80 btime | 96 ctime | 112 mtime (s64 seconds, u32 nanoseconds) | 128 rdev | 136 dev (u32 major, u32 minor) |
 * 144 mnt_id | 152 dio_mem_align | 156 dio_offset_align}.
 */
public final class PathStat extends PathRequest<FileStat> {

    private static final int AT_STATX_SYNC_AS_STAT = 0;
    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final int STATX_BTIME = 0x800;
    private static final int STATX_MNT_ID = 0x1000;
    private static final int STATX_DIOALIGN = 0x2000;
    private static final int MASK = STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID | STATX_DIOALIGN;
    private static final int SECTOR_BYTES = 512;

    private final String path;
    private final boolean follow;
    private @Nullable MemorySegment status;

    private PathStat(EventLoop loop, CoreSubscriber<? super FileStat> actual, String path, boolean follow) {
        super(loop, actual, IoUringAbi.IORING_OP_STATX);
        this.path = path;
        this.follow = follow;
    }

    /** Asks what {@code path} is, or what it leads to. */
    public static Mono<FileStat> create(Loops loops, String path, boolean follow) {
        return OneShotMono.create(loops, (ring, actual) -> new PathStat(ring, actual, path, follow));
    }

    @Override
    protected void prepare(Sqe sqe) {
        MemorySegment into = allocate(Statx.BYTES);
        // A kernel that does not know a field leaves it as it is.
        into.fill((byte) 0);
        status = into;
        Prep.statx(sqe, OpenFlags.AT_FDCWD, name(path), AT_STATX_SYNC_AS_STAT | (follow ? 0 : Statx.SYMLINK_NOFOLLOW),
                MASK, into.address());
    }

    @Override
    @Nullable
    FileStat success(int result) {
        MemorySegment from = status;
        return from == null ? null : read(from);
    }

    @Override
    IOException error(int errno) {
        return Errors.ofPath(errno, "STATX", path);
    }

    private static FileStat read(MemorySegment s) {
        int mask = s.get(ValueLayout.JAVA_INT, 0);
        int mode = Short.toUnsignedInt(s.get(ValueLayout.JAVA_SHORT, 28));
        return new FileStat(type(mode >> 12), mode & 07777, s.get(ValueLayout.JAVA_LONG, 40),
                s.get(ValueLayout.JAVA_LONG, 48) * SECTOR_BYTES, s.get(ValueLayout.JAVA_INT, 4),
                s.get(ValueLayout.JAVA_INT, 20), s.get(ValueLayout.JAVA_INT, 24), s.get(ValueLayout.JAVA_INT, 16),
                s.get(ValueLayout.JAVA_LONG, 32), device(s, 136), device(s, 128),
                (mask & STATX_MNT_ID) == 0 ? 0 : s.get(ValueLayout.JAVA_LONG, 144), time(s, 64), time(s, 112),
                time(s, 96), (mask & STATX_BTIME) == 0 ? null : time(s, 80), directAlignment(s, 152),
                directAlignment(s, 156));
    }

    private static int directAlignment(MemorySegment s, long offset) {
        return (s.get(ValueLayout.JAVA_INT, 0) & STATX_DIOALIGN) == 0 ? 0 : s.get(ValueLayout.JAVA_INT, offset);
    }

    private static Instant time(MemorySegment s, long offset) {
        return Instant.ofEpochSecond(s.get(ValueLayout.JAVA_LONG, offset),
                s.get(ValueLayout.JAVA_INT, offset + 8));
    }

    /** Joins major and minor as makedev(3) does. */
    private static long device(MemorySegment s, long offset) {
        long major = Integer.toUnsignedLong(s.get(ValueLayout.JAVA_INT, offset));
        long minor = Integer.toUnsignedLong(s.get(ValueLayout.JAVA_INT, offset + 4));
        return (major & 0xfffff000L) << 32 | (major & 0xfffL) << 8 | (minor & 0xffffff00L) << 12 | minor & 0xffL;
    }

    /** Reads a type as st_mode and d_type have it. */
    public static FileType type(int type) {
        return switch (type) {
            case 1 -> FileType.FIFO;
            case 2 -> FileType.CHARACTER_DEVICE;
            case 4 -> FileType.DIRECTORY;
            case 6 -> FileType.BLOCK_DEVICE;
            case 8 -> FileType.REGULAR;
            case 10 -> FileType.SYMBOLIC_LINK;
            case 12 -> FileType.SOCKET;
            default -> FileType.UNKNOWN;
        };
    }
}
