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

    /** Has a rename leave what has the name, and fail: what a directory and name lead to is judged in one go. */
    public static final int RENAME_NOREPLACE = 1;

    private static final int AT_SYMLINK_FOLLOW = 0x400;

    private Steps() {
    }

    /**
     * OPENAT; its result is a descriptor, of which the listener makes an {@link OpenFile} even when it came too late. A worker
     * opens what is written: inside the submission, a FIFO without a reader would be an error, and not waited for.
     *
     * @param late closes what is opened after {@code ended} was told at a closing ring's deadline, and removes what was made
     */
    public static Step open(EventLoop loop, @Nullable OpenFile directory, String name, String path, int flags,
            int mode, Consumer<OpenFile> late, Consumer<Step> ended) {
        MemorySegment nativeName = CString.allocate(name);
        boolean writes = (flags & (OpenFlags.O_WRONLY | OpenFlags.O_RDWR)) != 0;
        int byWorker = writes || SlowFilesystems.mayBeOpened() ? IoUringAbi.IOSQE_ASYNC : 0;
        return Step.of("OPENAT", IoUringAbi.IORING_OP_OPENAT, path,
                sqe -> Prep.openat(sqe, number(directory), nativeName.address(), flags | OpenFlags.O_CLOEXEC, mode)
                        .addFlags(byWorker))
                .keeping(directory).late(descriptor -> late.accept(new OpenFile(loop, descriptor, false, path)))
                .freeing(nativeName).submit(loop, ended);
    }

    private static int number(@Nullable OpenFile directory) {
        return directory == null ? OpenFlags.AT_FDCWD : directory.descriptor();
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
    public static Step stat(OpenFile directory, String name, String path, BiConsumer<Step, MemorySegment> ended) {
        MemorySegment status = NativeMemory.allocate(Statx.BYTES, Long.BYTES);
        return asking(directory, name, path, status).submit(directory.loop(), step -> ended.accept(step, status));
    }

    private static Step.Builder asking(@Nullable OpenFile directory, String name, String path, MemorySegment status) {
        MemorySegment nativeName = CString.allocate(name);
        return Step.of("STATX", IoUringAbi.IORING_OP_STATX, path,
                sqe -> Prep.statx(sqe, number(directory), nativeName.address(), Statx.SYMLINK_NOFOLLOW,
                        FileIdentity.STATX_MASK, status.address()))
                .keeping(directory).freeing(nativeName, status);
    }

    /**
     * LINKAT: gives an open file, which may have no name yet, a name; a name that is taken is EEXIST. The file stays open
     * until then: under its number a stranger's might be linked.
     */
    public static Step link(OpenFile file, OpenFile directory, String name, String path, Consumer<Step> ended) {
        return linking(file, directory, name, path).submit(file.loop(), ended);
    }

    /** As {@link #link}; a name that it gives after {@code ended} was told is removed. */
    public static Step linkTemporarily(OpenFile file, OpenFile directory, String name, String path,
            Consumer<Step> ended) {
        return linking(file, directory, name, path).late(result -> unlinkLate(directory, name, path))
                .submit(file.loop(), ended);
    }

    private static Step.Builder linking(OpenFile file, OpenFile directory, String name, String path) {
        MemorySegment from = CString.allocate("/proc/self/fd/" + file.descriptor());
        MemorySegment to = CString.allocate(name);
        return Step.of("LINKAT", IoUringAbi.IORING_OP_LINKAT, path,
                sqe -> Prep.linkat(sqe, OpenFlags.AT_FDCWD, from.address(), directory.descriptor(), to.address(),
                        AT_SYMLINK_FOLLOW))
                .freeing(from, to).on(file).keeping(directory);
    }

    /**
     * RENAMEAT within a directory.
     *
     * @param flags 0 to replace what has the name, or {@link #RENAME_NOREPLACE}, which not every filesystem knows
     */
    public static Step rename(OpenFile directory, String from, String to, int flags, String path,
            Consumer<Step> ended) {
        MemorySegment nativeFrom = CString.allocate(from);
        MemorySegment nativeTo = CString.allocate(to);
        return Step.of("RENAMEAT", IoUringAbi.IORING_OP_RENAMEAT, path,
                sqe -> Prep.renameat(sqe, directory.descriptor(), nativeFrom.address(), directory.descriptor(),
                        nativeTo.address(), flags))
                .keeping(directory).freeing(nativeFrom, nativeTo).submit(directory.loop(), ended);
    }

    /** UNLINKAT, done even by a closing loop. */
    public static Step unlink(EventLoop loop, @Nullable OpenFile directory, String name, String path,
            Consumer<Step> ended) {
        return unlinking(directory, name, path).submit(loop, ended);
    }

    private static Step.Builder unlinking(@Nullable OpenFile directory, String name, String path) {
        MemorySegment nativeName = CString.allocate(name);
        return Step.of("UNLINKAT", IoUringAbi.IORING_OP_UNLINKAT, path,
                sqe -> Prep.unlinkat(sqe, number(directory), nativeName.address(), 0))
                .keeping(directory).freeing(nativeName).cleaningUp();
    }

    /** Removes a name that came when its directory was to be closed already. */
    public static void unlinkLate(OpenFile directory, String name, String path) {
        unlink(directory.loop(), directory, name, path, step -> {
        });
    }

    /**
     * Removes the name {@code path} if it is that of a file, by whatever is there by then: somebody may have put another in its
     * place. Done even by a closing loop, and after {@code ended} was told at its deadline.
     *
     * @param open the file, where it is open: it stays so meanwhile, lest another get its inode
     */
    public static void unlinkIfSame(EventLoop loop, String path, @Nullable OpenFile open, FileIdentity file,
            Runnable ended) {
        MemorySegment status = NativeMemory.allocate(Statx.BYTES, Long.BYTES);
        asking(null, path, path, status).keeping(open).cleaningUp()
                .late(result -> unlinkIfSame(loop, path, open, file, status, () -> {
                }))
                .submit(loop, step -> {
                    if (step.error() == null) {
                        unlinkIfSame(loop, path, open, file, status, ended);
                    } else {
                        ended.run();
                    }
                });
    }

    private static void unlinkIfSame(EventLoop loop, String path, @Nullable OpenFile open, FileIdentity file,
            MemorySegment status, Runnable ended) {
        if (FileIdentity.read(status).isSameFile(file)) {
            unlinking(null, path, path).keeping(open).submit(loop, unlinked -> ended.run());
        } else {
            ended.run();
        }
    }

    /** FTRUNCATE (Linux 6.9), done even by a closing loop. */
    static Step truncate(OpenFile file, long size, Consumer<Step> ended) {
        return Step.of("FTRUNCATE", IoUringAbi.IORING_OP_FTRUNCATE, file.name(),
                sqe -> Prep.ftruncate(sqe, file.descriptor(), size).addFlags(file.sqeFlags()))
                .on(file).cleaningUp().submit(file.loop(), ended);
    }
}
