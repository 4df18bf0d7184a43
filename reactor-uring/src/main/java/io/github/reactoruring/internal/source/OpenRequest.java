package io.github.reactoruring.internal.source;

import java.lang.foreign.MemorySegment;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.loop.Request;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.CString;
import io.github.reactoruring.internal.sys.ErrnoException;
import io.github.reactoruring.internal.sys.FileStatus;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.NativeMemory;
import io.github.reactoruring.internal.sys.OpenFlags;

/** Opens a path on the ring (OPENAT, Linux 5.6). A descriptor that arrives after the disposal is closed. */
final class OpenRequest extends Request {

    /** Takes the outcome, on the owner thread. */
    interface Listener {

        void opened(OpenFile file, FileStatus status);

        void openFailed(Throwable cause);
    }

    private final String path;
    private final int openFlags;
    private final int mode;
    private final Listener listener;
    private @Nullable MemorySegment nativePath;

    OpenRequest(EventLoop loop, String path, int openFlags, int mode, Listener listener) {
        super(loop);
        this.path = path;
        this.openFlags = openFlags;
        this.mode = mode;
        this.listener = listener;
    }

    @Override
    protected int opcode() {
        return IoUringAbi.IORING_OP_OPENAT;
    }

    @Override
    protected void prepare(Sqe sqe) {
        nativePath = CString.allocate(path);
        sqe.opcode(IoUringAbi.IORING_OP_OPENAT).fd(OpenFlags.AT_FDCWD).addr(nativePath.address()).len(mode)
                .opFlags(openFlags | OpenFlags.O_CLOEXEC);
    }

    @Override
    protected void completed(int result, int flags) {
        if (result < 0) {
            listener.openFailed(Errors.ofPath(-result, "OPENAT", path));
            return;
        }
        OpenFile file = new OpenFile(loop(), result, false, path);
        try {
            listener.opened(file, FileStatus.of(result));
        } catch (ErrnoException e) {
            close(file);
            listener.openFailed(Errors.ofPath(e.errno(), "STATX", path));
        }
    }

    @Override
    protected void discarded(int result, int flags) {
        if (result >= 0) {
            close(new OpenFile(loop(), result, false, path));
        }
    }

    @Override
    protected void failed(Throwable cause) {
        listener.openFailed(cause);
    }

    @Override
    protected void released() {
        if (nativePath != null) {
            NativeMemory.free(nativePath);
            nativePath = null;
        }
    }

    static void close(OpenFile file) {
        file.close(result -> {
        });
    }
}
