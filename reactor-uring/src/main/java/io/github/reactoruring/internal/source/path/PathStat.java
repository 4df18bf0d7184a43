package io.github.reactoruring.internal.source.path;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.file.FileStat;
import io.github.reactoruring.file.FileType;
import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.OneShotMono;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.OpenFlags;
import io.github.reactoruring.internal.sys.Statx;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * Asks for all a path's status (STATX, Linux 5.6), as fresh as stat(2) gives it (AT_STATX_SYNC_AS_STAT).
 */
public final class PathStat extends PathRequest<FileStat> {

    private static final int MASK = Statx.STATX_BASIC_STATS | Statx.STATX_BTIME | Statx.STATX_MNT_ID
            | Statx.STATX_DIOALIGN;

    private final String path;
    private final boolean follow;
    private @Nullable MemorySegment status;

    private PathStat(EventLoop loop, CoreSubscriber<? super FileStat> actual, String path, boolean follow) {
        super(loop, actual, IoUringAbi.IORING_OP_STATX);
        this.path = path;
        this.follow = follow;
    }

    /** Asks what {@code path} is, or what it leads to. */
    public static Mono<FileStat> create(Supplier<EventLoop> loops, String path, boolean follow) {
        return OneShotMono.create(loops, (ring, actual) -> new PathStat(ring, actual, path, follow));
    }

    @Override
    protected void prepare(Sqe sqe) {
        MemorySegment into = allocate(Statx.BYTES);
        // A kernel that does not know a field leaves it as it is.
        into.fill((byte) 0);
        status = into;
        Prep.statx(sqe, OpenFlags.AT_FDCWD, name(path), Statx.SYNC_AS_STAT | (follow ? 0 : Statx.SYMLINK_NOFOLLOW),
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
        int mode = Statx.mode(s);
        boolean alignment = Statx.has(s, Statx.STATX_DIOALIGN);
        return new FileStat(type(Statx.type(mode)), Statx.permissions(mode), Statx.sizeBytes(s),
                Statx.allocatedBytes(s), Statx.blockBytes(s), Statx.userId(s), Statx.groupId(s), Statx.links(s),
                Statx.inode(s), Statx.device(s), Statx.deviceOfFile(s),
                Statx.has(s, Statx.STATX_MNT_ID) ? Statx.mountId(s) : 0, Statx.accessTime(s),
                Statx.modificationTime(s), Statx.changeTime(s),
                Statx.has(s, Statx.STATX_BTIME) ? Statx.birthTime(s) : null,
                alignment ? Statx.directMemoryBytes(s) : 0, alignment ? Statx.directOffsetBytes(s) : 0);
    }

    /** Reads a type, S_IF*. */
    static FileType type(int type) {
        return switch (type) {
            case Statx.S_IFIFO -> FileType.FIFO;
            case Statx.S_IFCHR -> FileType.CHARACTER_DEVICE;
            case Statx.S_IFDIR -> FileType.DIRECTORY;
            case Statx.S_IFBLK -> FileType.BLOCK_DEVICE;
            case Statx.S_IFREG -> FileType.REGULAR;
            case Statx.S_IFLNK -> FileType.SYMBOLIC_LINK;
            case Statx.S_IFSOCK -> FileType.SOCKET;
            default -> FileType.UNKNOWN;
        };
    }
}
