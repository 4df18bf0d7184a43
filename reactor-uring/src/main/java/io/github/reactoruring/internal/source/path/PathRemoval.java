package io.github.reactoruring.internal.source.path;

import java.io.IOException;
import java.util.function.Supplier;

import io.github.reactoruring.internal.loop.EventLoop;
import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.source.OneShotMono;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.OpenFlags;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * Removes a file or an empty directory (UNLINKAT, Linux 5.11): as a file first, as a directory when the kernel says it is
 * one, which takes no look beforehand that could be out of date.
 */
public final class PathRemoval extends PathRequest<Void> {

    private static final int AT_REMOVEDIR = 0x200;

    private final String path;
    private boolean asDirectory;
    private int refusal;

    private PathRemoval(EventLoop loop, CoreSubscriber<? super Void> actual, String path, boolean asDirectory) {
        super(loop, actual, IoUringAbi.IORING_OP_UNLINKAT);
        this.path = path;
        this.asDirectory = asDirectory;
    }

    /** Removes a file, a link or an empty directory. */
    public static Mono<Void> remove(Supplier<EventLoop> loops, String path) {
        return OneShotMono.create(loops, (ring, actual) -> new PathRemoval(ring, actual, path, false));
    }

    /** Removes an empty directory. */
    public static Mono<Void> removeDirectory(Supplier<EventLoop> loops, String path) {
        return OneShotMono.create(loops, (ring, actual) -> new PathRemoval(ring, actual, path, true));
    }

    @Override
    protected void prepare(Sqe sqe) {
        Prep.unlinkat(sqe, OpenFlags.AT_FDCWD, name(path), asDirectory ? AT_REMOVEDIR : 0);
    }

    @Override
    protected void completed(int result, int flags) {
        // EPERM is what POSIX has for a directory, and what a file gives that may not be removed.
        if (!asDirectory && (result == -Errno.EISDIR || result == -Errno.EPERM)) {
            asDirectory = true;
            refusal = result;
            if (submitAgain()) {
                return;
            }
        }
        super.completed(refusal != 0 && result == -Errno.ENOTDIR ? refusal : result, flags);
    }

    @Override
    IOException error(int errno) {
        return asDirectory
                ? PathErrors.ofDirectoryRemoval(errno, "UNLINKAT", path)
                : Errors.ofPath(errno, "UNLINKAT", path);
    }
}
