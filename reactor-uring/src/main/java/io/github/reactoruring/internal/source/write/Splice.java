package io.github.reactoruring.internal.source.write;

import java.io.IOException;
import java.nio.file.FileSystemException;

import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.OneShot;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.PathName;
import reactor.core.CoreSubscriber;

/** Moves bytes between a pipe and another file without copying them to the process, with as many SPLICEs as it takes. */
public final class Splice extends OneShot<Long> {

    /** The most of one call: MAX_RW_COUNT, whole pages below 2 GiB. */
    private static final long MOST_BYTES = 0x7FFF_F000L;
    private static final int SPLICE_F_FD_IN_FIXED = 1 << 31;

    private final OpenFile source;
    private final long sourcePosition;
    private final OpenFile target;
    private final long targetPosition;
    private final long maxBytes;
    private long moved;

    /**
     * Describes a transfer of two files of one ring.
     *
     * @param sourcePosition where to read, or -1 for the current position, or where there is none
     * @param targetPosition where to write, likewise
     */
    public Splice(OpenFile source, long sourcePosition, OpenFile target, long targetPosition, long maxBytes,
            CoreSubscriber<? super Long> actual) {
        super(target.loop(), actual);
        this.source = source;
        this.sourcePosition = sourcePosition;
        this.target = target;
        this.targetPosition = targetPosition;
        this.maxBytes = maxBytes;
    }

    @Override
    protected int opcode() {
        return IoUringAbi.IORING_OP_SPLICE;
    }

    /** A cancel by file finds a splice by what it writes to. */
    @Override
    protected OpenFile file() {
        return target;
    }

    @Override
    protected OpenFile secondFile() {
        return source;
    }

    /** The kernel hands a splice to a worker, which looks the files up only when it gets to it. */
    @Override
    protected boolean elusive() {
        return true;
    }

    @Override
    protected void prepare(Sqe sqe) {
        Prep.splice(sqe, source.descriptor(), advanced(sourcePosition), target.descriptor(), advanced(targetPosition),
                (int) Math.min(maxBytes - moved, MOST_BYTES), source.fixed() ? SPLICE_F_FD_IN_FIXED : 0)
                .addFlags(target.sqeFlags());
    }

    private long advanced(long position) {
        return position < 0 ? -1 : position + moved;
    }

    @Override
    protected void completed(int result, int flags) {
        if (result > 0) {
            moved += result;
            if (moved < maxBytes && (submitAgain() || isDisposed())) {
                return;
            }
        }
        super.completed(result, flags);
    }

    @Override
    protected Long value(int result, int flags) throws IOException {
        if (result == -Errno.EINVAL) {
            throw new FileSystemException(PathName.printable(source.name()),
                    PathName.printable(target.name()),
                    "one of the two must be a pipe, and a pipe has no position: files are copied by UringFiles.copy");
        }
        if (result < 0) {
            throw Errors.ofPath(-result, "SPLICE", target.name());
        }
        if (result > 0 && moved < maxBytes) {
            throw Errors.ofPath(Errno.ECANCELED, "SPLICE", target.name());
        }
        return moved;
    }

    @Override
    public String toString() {
        return "SPLICE from " + source.name() + " to " + target.name();
    }
}
