package io.github.reactoruring.internal.source.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystemException;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.loop.Request;
import io.github.reactoruring.internal.ring.Descriptors;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.sys.CString;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.FileStatus;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.NativeMemory;
import io.github.reactoruring.internal.sys.OpenFlags;

/**
 * Opens a path on the ring (OPENAT, Linux 5.6). A descriptor that arrives after the disposal is closed.
 *
 * <p>What is read is opened without waiting (O_NONBLOCK), since a FIFO that nobody writes to would keep the opening for ever
 * wherever a worker makes it. The flag goes at once, for reads are to wait. Only who holds a lease on a file keeps the opening
 * waiting: it is made again then, without the flag.
 *
 * <p>A direct descriptor goes into the ring's file table, and never becomes one of the process. No call but the ring's
 * own can ask it anything, so its status is looked up by path beforehand.
 */
public final class OpenRequest extends Request {

    /** Takes the outcome, on the owner thread. */
    public interface Listener {

        void opened(OpenFile file, FileStatus status);

        void openFailed(Throwable cause);
    }

    /** What the page cache has of a deleted file is freed at 14 GiB a second: less than a third of a millisecond. */
    private static final long CLOSED_AT_ONCE_MAX_BYTES = 4 << 20;

    private final String path;
    private final OpenHow how;
    private final Listener listener;
    private final @Nullable FileStatus knownStatus;
    private @Nullable MemorySegment nativePath;
    private boolean withoutWaiting;
    /** The open file whose status is being asked for. */
    private @Nullable OpenFile asking;

    /** Opens into the process's table. */
    public OpenRequest(EventLoop loop, String path, OpenHow how, Listener listener) {
        this(loop, path, how, listener, null);
    }

    private OpenRequest(EventLoop loop, String path, OpenHow how, Listener listener,
            @Nullable FileStatus knownStatus) {
        super(loop);
        this.knownStatus = knownStatus;
        this.path = path;
        this.how = how;
        this.listener = listener;
        withoutWaiting = !how.direct() && !how.writes();
    }

    /** Opens into a free slot of the ring's table (Linux 5.19). */
    static OpenRequest direct(EventLoop loop, String path, OpenHow how, Listener listener, FileStatus status) {
        return new OpenRequest(loop, path, how, listener, status);
    }

    @Override
    protected int opcode() {
        return IoUringAbi.IORING_OP_OPENAT;
    }

    @Override
    protected void prepare(Sqe sqe) {
        if (nativePath == null) {
            nativePath = CString.allocate(path);
        }
        if (how.direct()) {
            Prep.openatDirect(sqe, OpenFlags.AT_FDCWD, nativePath.address(), how.flags(), how.mode());
        } else {
            Prep.openat(sqe, OpenFlags.AT_FDCWD, nativePath.address(), flags(), how.mode());
        }
        sqe.addFlags(SlowFilesystems.mayBeOpened() ? IoUringAbi.IOSQE_ASYNC : 0);
    }

    private int flags() {
        return how.flags() | OpenFlags.O_CLOEXEC | (withoutWaiting ? OpenFlags.O_NONBLOCK : 0);
    }

    @Override
    protected void completed(int result, int flags) {
        if (result == -Errno.EAGAIN && withoutWaiting) {
            withoutWaiting = false;
            if (resubmitHolding()) {
                return;
            }
        }
        if (result < 0) {
            listener.openFailed(how.direct() && result == -Errno.ENFILE
                    ? new FileSystemException(path, null, "no slot is free in the ring's table of direct descriptors:"
                            + " close some, or open without one")
                    : Errors.told(this, Errors.ofPath(-result, "OPENAT", path)));
            return;
        }
        OpenFile file = new OpenFile(loop(), result, how.direct(), path);
        if (how.unlink()) {
            // As FileChannel.open does it: whether the name could be removed is nobody's concern.
            unlink(file, () -> opened(file));
        } else {
            opened(file);
        }
    }

    /** Removes its name, or any that there is where the file cannot be asked which it is. */
    private void unlink(OpenFile file, Runnable ended) {
        if (file.fixed()) {
            Steps.unlink(loop(), null, path, path, step -> ended.run());
            return;
        }
        try {
            Steps.unlinkIfSame(loop(), path, file, file.ask(Descriptors::identity), ended);
        } catch (Throwable t) {
            ended.run();
        }
    }

    /** Whatever is thrown, a file that nobody is told of is closed. */
    private void opened(OpenFile file) {
        FileStatus status;
        boolean asksAnew;
        try {
            status = learn(file);
            asksAnew = knownStatus == null && SlowFilesystems.holds(status);
            if (asksAnew) {
                askAnew(file, status);
            }
        } catch (Throwable t) {
            file.close();
            listener.openFailed(Errors.ofPath(t, "STATX", path));
            return;
        }
        if (!asksAnew) {
            listener.opened(file, status);
        }
    }

    /** Learns what is to be known of the file before it is used. */
    private FileStatus learn(OpenFile file) throws IOException {
        if (withoutWaiting) {
            file.ask((descriptors, number) -> descriptors.setStatusFlags(number, how.flags()));
        }
        FileStatus status = knownStatus == null ? file.ask(Descriptors::status) : knownStatus;
        file.known(SlowFilesystems.traits(status, how.flags()));
        if (how.writes() || status.sizeBytes() > CLOSED_AT_ONCE_MAX_BYTES) {
            file.closedByWorker();
        }
        return status;
    }

    /** What the kernel has at hand of a slow filesystem's file may be old: it asks, on a worker. */
    private void askAnew(OpenFile file, FileStatus atHand) {
        StatRequest request = new StatRequest(file, status -> {
            if (asking == file) {
                asking = null;
                listener.opened(file, status == null ? atHand : status);
            }
        });
        asking = file;
        try {
            request.submit();
        } catch (Throwable t) {
            asking = null;
            throw t;
        }
    }

    /** Disposes of it and of what follows the opening; the listener may still hear of a file. Owner thread. */
    public void abandon() {
        dispose();
        if (asking != null) {
            asking.close();
        }
    }

    @Override
    protected void discarded(int result, int flags) {
        if (result >= 0) {
            OpenFile file = new OpenFile(loop(), result, how.direct(), path).closedByWorker();
            if (how.unlink()) {
                file.hold();
                unlink(file, file::letGo);
            }
            file.close();
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
}
