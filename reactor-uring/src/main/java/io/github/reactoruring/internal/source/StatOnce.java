package io.github.reactoruring.internal.source;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.CString;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.FileStatus;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.NativeMemory;
import io.github.reactoruring.internal.sys.OpenFlags;
import reactor.core.CoreSubscriber;

/**
 * Asks for the status of an open file or of a path (STATX), and emits what {@code reader} makes of it; nothing for a path
 * that is not there.
 *
 * @param <T> what is read
 */
public final class StatOnce<T> extends OneShot<T> {

    private static final int AT_EMPTY_PATH = 0x1000;

    private final @Nullable OpenFile file;
    private final String path;
    private final int mask;
    private final Function<MemorySegment, T> reader;
    private @Nullable MemorySegment nativePath;
    private @Nullable MemorySegment status;

    /** Asks for the status of an open file, which must not be a direct descriptor. */
    public StatOnce(OpenFile file, CoreSubscriber<? super T> actual, int mask, Function<MemorySegment, T> reader) {
        super(file.loop(), actual);
        this.file = file;
        this.path = file.name();
        this.mask = mask;
        this.reader = reader;
    }

    /** Asks for the status of a path, following symbolic links. */
    public StatOnce(EventLoop loop, String path, CoreSubscriber<? super T> actual, int mask,
            Function<MemorySegment, T> reader) {
        super(loop, actual);
        this.file = null;
        this.path = path;
        this.mask = mask;
        this.reader = reader;
    }

    @Override
    protected int opcode() {
        return IoUringAbi.IORING_OP_STATX;
    }

    @Override
    protected @Nullable OpenFile file() {
        return file;
    }

    /** STATX takes a number that is looked up late: no cancel by file finds it. */
    @Override
    protected boolean elusive() {
        return file != null;
    }

    @Override
    protected void prepare(Sqe sqe) {
        MemorySegment name = CString.allocate(file == null ? path : "");
        nativePath = name;
        MemorySegment answer = NativeMemory.allocate(FileStatus.STATX_BYTES, Long.BYTES);
        status = answer;
        sqe.opcode(IoUringAbi.IORING_OP_STATX).fd(file == null ? OpenFlags.AT_FDCWD : file.descriptor())
                .addr(name.address()).len(mask).off(answer.address())
                .opFlags(file == null ? 0 : AT_EMPTY_PATH);
    }

    @Override
    protected @Nullable T value(int result, int flags) throws IOException {
        if (result == -Errno.ENOENT && file == null) {
            return null;
        }
        if (result < 0 || status == null) {
            throw Errors.ofPath(-result, "STATX", path);
        }
        return reader.apply(status);
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

    @Override
    public String toString() {
        return "STATX of " + path;
    }
}
