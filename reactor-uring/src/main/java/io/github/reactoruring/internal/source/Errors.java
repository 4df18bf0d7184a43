package io.github.reactoruring.internal.source;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.UringCancelledException;
import io.github.reactoruring.UringException;
import io.github.reactoruring.internal.loop.Request;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.ErrnoException;
import io.github.reactoruring.internal.sys.PathName;

/** Turns an errno into the exception a Java user expects. */
public final class Errors {

    private Errors() {
    }

    /**
     * Returns the exception of a request or a call: a {@link UringException}. EINTR may be what a cancel did to a request that
     * a worker was running, or what the filesystem answered: see {@link #told}.
     */
    public static IOException of(int errno, String operation, @Nullable String file) {
        String name = Errno.name(errno);
        return errno != Errno.EINTR && Errno.endedByCancel(errno)
                ? new UringCancelledException(errno, name, operation, file)
                : new UringException(errno, name, operation, file, Errno.describe(errno));
    }

    /** Returns what to tell of {@code error}, with which {@code request} ended: EINTR where a cancel may have caused it is one. */
    public static Throwable told(Request request, Throwable error) {
        return error instanceof UringException refusal && refusal.errno() == Errno.EINTR
                && !(error instanceof UringCancelledException) && request.mayBeCancelled()
                        ? new UringCancelledException(refusal.errno(), refusal.errnoName(), refusal.operation(),
                                refusal.file())
                        : error;
    }

    /** Returns what to tell of a call beside the ring on a path; what is no errno stays as it is. */
    public static Throwable ofPath(Throwable failure, String operation, String path) {
        return failure instanceof IOException refusal ? ofPath(refusal, operation, path) : failure;
    }

    /** Returns the exception of a call beside the ring on a path; one that is no errno stays as it is. */
    public static IOException ofPath(IOException failure, String operation, String path) {
        return failure instanceof ErrnoException refusal ? ofPath(refusal.errno(), operation, path) : failure;
    }

    /** Returns the exception of a request on a path: java.nio.file's own where it has one, the path in it. */
    public static IOException ofPath(int errno, String operation, String path) {
        String file = PathName.printable(path);
        return switch (errno) {
            case Errno.ENOENT -> new NoSuchFileException(file);
            case Errno.EACCES, Errno.EPERM -> new AccessDeniedException(file, null, Errno.describe(errno));
            case Errno.EEXIST -> new FileAlreadyExistsException(file);
            case Errno.ENOTDIR -> new NotDirectoryException(file);
            case Errno.ENOTEMPTY -> new DirectoryNotEmptyException(file);
            case Errno.ELOOP -> new FileSystemLoopException(file);
            case Errno.EISDIR -> new FileSystemException(file, null, "is a directory");
            case Errno.ENOSPC -> new FileSystemException(file, null, "no space left on device");
            case Errno.EROFS -> new FileSystemException(file, null, "read-only file system");
            case Errno.ETXTBSY -> new FileSystemException(file, null, "text file busy");
            case Errno.EMFILE -> new FileSystemException(file, null,
                    "too many open files in this process: raise `ulimit -n`");
            case Errno.ENFILE -> new FileSystemException(file, null, "too many open files in the system");
            case Errno.ENAMETOOLONG -> new FileSystemException(file, null, "file name too long");
            default -> of(errno, operation, file);
        };
    }
}
