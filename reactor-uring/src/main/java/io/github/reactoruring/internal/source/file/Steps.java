package io.github.reactoruring.internal.source.file;

import java.lang.foreign.MemorySegment;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.source.Step;
import io.github.reactoruring.internal.sys.CString;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.FileIdentity;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.NativeMemory;
import io.github.reactoruring.internal.sys.OpenFlags;
import io.github.reactoruring.internal.sys.Statx;

/** Fills the SQEs of a job's steps. A name is relative to a directory's descriptor, or to the working directory. */
public final class Steps {

    private static final int AT_SYMLINK_FOLLOW = 0x400;

    private Steps() {
    }

    /**
     * OPENAT; its result is a descriptor, of which the listener makes an {@link OpenFile} even when it came too late. A worker
     * opens what is written: inside the submission, a FIFO without a reader would be an error, and not waited for.
     */
    public static Step open(EventLoop loop, int directory, String name, String path, int flags, int mode,
            Consumer<Step> ended) {
        MemorySegment nativeName = CString.allocate(name);
        boolean writes = (flags & (OpenFlags.O_WRONLY | OpenFlags.O_RDWR)) != 0;
        int byWorker = writes || SlowFilesystems.mayBeOpened() ? IoUringAbi.IOSQE_ASYNC : 0;
        return Step.of("OPENAT", IoUringAbi.IORING_OP_OPENAT, path,
                sqe -> Prep.openat(sqe, directory, nativeName.address(), flags | OpenFlags.O_CLOEXEC, mode)
                        .addFlags(byWorker))
                .freeing(nativeName).submit(loop, ended);
    }

    /** FSYNC. */
    public static Step sync(OpenFile file, boolean dataOnly, Consumer<Step> ended) {
        return syncing(file, dataOnly ? IoUringAbi.IORING_FSYNC_DATASYNC : 0).submit(file.loop(), ended);
    }

    /**
     * FSYNC of a directory, so that the names in it are on the disk; where its filesystem has no such thing, that is all
     * there is to be done. It says so by EINVAL (no fsync of directories), ENOSYS or EOPNOTSUPP (a server's answer), or
     * EBADF (a directory is open for reading only, and some filesystems want it open for writing).
     */
    public static Step syncDirectory(OpenFile directory, Consumer<Step> ended) {
        return syncing(directory, 0).forgiving(Errno.EINVAL, Errno.ENOSYS, Errno.EOPNOTSUPP, Errno.EBADF)
                .submit(directory.loop(), ended);
    }

    private static Step.Builder syncing(OpenFile file, int flags) {
        return Step.of("FSYNC", IoUringAbi.IORING_OP_FSYNC, file.name(),
                sqe -> Prep.fsync(sqe, file.descriptor(), flags).addFlags(file.sqeFlags())).on(file);
    }

    /** STATX of a name, not following a symbolic link; {@code ended} may read the answer until it returns. */
    public static Step stat(EventLoop loop, int directory, String name, String path,
            BiConsumer<Step, MemorySegment> ended) {
        MemorySegment status = NativeMemory.allocate(Statx.BYTES, Long.BYTES);
        return asking(directory, name, path, status).submit(loop, step -> ended.accept(step, status));
    }

    /** As {@link #stat}, done even by a closing loop. */
    public static Step identify(EventLoop loop, String path, BiConsumer<Step, MemorySegment> ended) {
        MemorySegment status = NativeMemory.allocate(Statx.BYTES, Long.BYTES);
        return asking(OpenFlags.AT_FDCWD, path, path, status).cleaningUp()
                .submit(loop, step -> ended.accept(step, status));
    }

    private static Step.Builder asking(int directory, String name, String path, MemorySegment status) {
        MemorySegment nativeName = CString.allocate(name);
        return Step.of("STATX", IoUringAbi.IORING_OP_STATX, path,
                sqe -> Prep.statx(sqe, directory, nativeName.address(), Statx.SYMLINK_NOFOLLOW,
                        FileIdentity.STATX_MASK, status.address()))
                .freeing(nativeName, status);
    }

    /**
     * LINKAT: gives an open file, which may have no name yet, a name; a name that is taken is EEXIST. The file stays open
     * until then: under its number a stranger's might be linked.
     */
    public static Step link(OpenFile file, int directory, String name, String path, Consumer<Step> ended) {
        MemorySegment from = CString.allocate("/proc/self/fd/" + file.descriptor());
        MemorySegment to = CString.allocate(name);
        return Step.of("LINKAT", IoUringAbi.IORING_OP_LINKAT, path,
                sqe -> Prep.linkat(sqe, OpenFlags.AT_FDCWD, from.address(), directory, to.address(), AT_SYMLINK_FOLLOW))
                .freeing(from, to).on(file).submit(file.loop(), ended);
    }

    /** RENAMEAT within a directory, replacing what has the name. */
    public static Step rename(EventLoop loop, int directory, String from, String to, String path,
            Consumer<Step> ended) {
        MemorySegment nativeFrom = CString.allocate(from);
        MemorySegment nativeTo = CString.allocate(to);
        return Step.of("RENAMEAT", IoUringAbi.IORING_OP_RENAMEAT, path,
                sqe -> Prep.renameat(sqe, directory, nativeFrom.address(), directory, nativeTo.address(), 0))
                .freeing(nativeFrom, nativeTo).submit(loop, ended);
    }

    /** UNLINKAT, done even by a closing loop. */
    public static Step unlink(EventLoop loop, int directory, String name, String path, Consumer<Step> ended) {
        MemorySegment nativeName = CString.allocate(name);
        return Step.of("UNLINKAT", IoUringAbi.IORING_OP_UNLINKAT, path,
                sqe -> Prep.unlinkat(sqe, directory, nativeName.address(), 0))
                .freeing(nativeName).cleaningUp().submit(loop, ended);
    }

    /**
     * Removes the name {@code path} if it is that of {@code file}, by whatever is there by then: somebody may have put another
     * in its place. The caller keeps the file open meanwhile, lest another get its inode. Done even by a closing loop.
     */
    public static void unlinkIfSame(EventLoop loop, String path, @Nullable FileIdentity file, Runnable ended) {
        identify(loop, path, (step, status) -> {
            boolean same = step.error() == null && file != null && FileIdentity.read(status).isSameFile(file);
            if (same) {
                unlink(loop, OpenFlags.AT_FDCWD, path, path, unlinked -> ended.run());
            } else {
                ended.run();
            }
        });
    }

    /** FTRUNCATE (Linux 6.9), done even by a closing loop. */
    static Step truncate(OpenFile file, long size, Consumer<Step> ended) {
        return Step.of("FTRUNCATE", IoUringAbi.IORING_OP_FTRUNCATE, file.name(),
                sqe -> Prep.ftruncate(sqe, file.descriptor(), size).addFlags(file.sqeFlags()))
                .on(file).cleaningUp().submit(file.loop(), ended);
    }
}
