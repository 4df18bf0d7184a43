package io.github.reactoruring.internal.source.path;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.OpenFlags;
import io.github.reactoruring.internal.sys.Statx;
import reactor.core.CoreSubscriber;

/**
 * Asks for the status of an open file or of a path (STATX), and emits what {@code reader} makes of it; nothing for a path
 * that is not there.
 *
 * @param <T> what is read
 */
public final class StatOnce<T> extends PathRequest<T> {

    private final @Nullable OpenFile file;
    private final String path;
    private final int mask;
    private final Function<MemorySegment, T> reader;
    private @Nullable MemorySegment status;

    /** Asks for the status of an open file, which must not be a direct descriptor. */
    public StatOnce(OpenFile file, CoreSubscriber<? super T> actual, int mask, Function<MemorySegment, T> reader) {
        super(file.loop(), actual, IoUringAbi.IORING_OP_STATX);
        this.file = file;
        this.path = file.name();
        this.mask = mask;
        this.reader = reader;
    }

    /** Asks for the status of a path, following symbolic links. */
    public StatOnce(EventLoop loop, String path, CoreSubscriber<? super T> actual, int mask,
            Function<MemorySegment, T> reader) {
        super(loop, actual, IoUringAbi.IORING_OP_STATX);
        this.file = null;
        this.path = path;
        this.mask = mask;
        this.reader = reader;
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
        MemorySegment answer = allocate(Statx.BYTES);
        status = answer;
        if (file == null) {
            Prep.statx(sqe, OpenFlags.AT_FDCWD, name(path), 0, mask, answer.address());
        } else {
            Prep.statx(sqe, file.descriptor(), name(""), Statx.EMPTY_PATH, mask, answer.address());
        }
    }

    @Override
    protected void completed(int result, int flags) {
        if (result == -Errno.ENOENT && file == null) {
            status = null;
            super.completed(0, flags);
        } else {
            super.completed(result, flags);
        }
    }

    @Override
    @Nullable
    T success(int result) {
        MemorySegment answer = status;
        return answer == null ? null : reader.apply(answer);
    }

    @Override
    IOException error(int errno) {
        return Errors.ofPath(errno, "STATX", path);
    }

    @Override
    public String toString() {
        return "STATX of " + path;
    }
}
