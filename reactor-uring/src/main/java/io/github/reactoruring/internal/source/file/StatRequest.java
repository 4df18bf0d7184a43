package io.github.reactoruring.internal.source.file;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.loop.Request;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.CString;
import io.github.reactoruring.internal.sys.FileStatus;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.NativeMemory;
import io.github.reactoruring.internal.sys.OpenFlags;
import io.github.reactoruring.internal.sys.Statx;

/** Looks the status of a path or of an open file up on the ring (STATX, Linux 5.6), by a kernel worker. */
final class StatRequest extends Request {

    private final String path;
    private final @Nullable OpenFile file;
    private final Consumer<@Nullable FileStatus> listener;
    private @Nullable MemorySegment nativePath;
    private @Nullable MemorySegment status;

    /** @param listener gets the status, or null where there is none to be had */
    StatRequest(EventLoop loop, String path, Consumer<@Nullable FileStatus> listener) {
        super(loop);
        this.path = path;
        this.listener = listener;
        file = null;
    }

    /** @param listener gets the status, or null where there is none to be had */
    StatRequest(OpenFile file, Consumer<@Nullable FileStatus> listener) {
        super(file.loop());
        this.file = file;
        this.listener = listener;
        path = "";
    }

    @Override
    protected int opcode() {
        return IoUringAbi.IORING_OP_STATX;
    }

    @Override
    protected @Nullable OpenFile file() {
        return file;
    }

    @Override
    protected boolean elusive() {
        return true;
    }

    @Override
    protected void prepare(Sqe sqe) {
        nativePath = CString.allocate(path);
        status = NativeMemory.allocate(Statx.BYTES, Long.BYTES);
        Prep.statx(sqe, file == null ? OpenFlags.AT_FDCWD : file.descriptor(), nativePath.address(),
                file == null ? 0 : Statx.EMPTY_PATH, FileStatus.STATX_MASK, status.address());
    }

    @Override
    protected void completed(int result, int flags) {
        listener.accept(result < 0 || status == null ? null : FileStatus.read(status));
    }

    @Override
    protected void failed(Throwable cause) {
        listener.accept(null);
    }

    @Override
    protected void released() {
        if (nativePath != null) {
            NativeMemory.free(nativePath);
            nativePath = null;
        }
        if (status != null) {
            NativeMemory.free(status);
            status = null;
        }
    }
}
