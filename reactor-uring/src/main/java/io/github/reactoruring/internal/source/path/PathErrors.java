package io.github.reactoruring.internal.source.path;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

import io.github.reactoruring.UringException;
import io.github.reactoruring.internal.source.Errors;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.PathName;

/** Turns an errno into the exception that java.nio.file throws for the same operation. */
final class PathErrors {

    private PathErrors() {
    }

    /** Returns the exception of a removal, where some filesystems call a directory that is not empty existing. */
    static IOException ofDirectoryRemoval(int errno, String operation, String path) {
        return errno == Errno.EEXIST
                ? new DirectoryNotEmptyException(PathName.printable(path))
                : Errors.ofPath(errno, operation, path);
    }

    /** Returns the exception of a rename: as Files.move(…, ATOMIC_MOVE), which names the target where it is at fault. */
    static IOException ofRename(int errno, String operation, String from, String to, boolean replacing) {
        String target = PathName.printable(to);
        return switch (errno) {
            case Errno.EXDEV -> new AtomicMoveNotSupportedException(PathName.printable(from), target,
                    Errno.describe(errno));
            case Errno.ENOTEMPTY -> new DirectoryNotEmptyException(target);
            case Errno.EEXIST ->
                replacing ? new DirectoryNotEmptyException(target) : new FileAlreadyExistsException(target);
            default -> ofTwo(errno, operation, from, to);
        };
    }

    /** Returns the exception of an operation on two paths, both in it. */
    static IOException ofTwo(int errno, String operation, String path, String otherPath) {
        String file = PathName.printable(path);
        String other = PathName.printable(otherPath);
        String reason = Errno.describe(errno);
        return switch (errno) {
            case Errno.ENOENT -> new NoSuchFileException(file, other, reason);
            case Errno.EACCES, Errno.EPERM -> new AccessDeniedException(file, other, reason);
            case Errno.EEXIST -> new FileAlreadyExistsException(file, other, reason);
            case Errno.ENOTDIR, Errno.ELOOP, Errno.EISDIR, Errno.EXDEV, Errno.ENOSPC, Errno.EROFS,
                    Errno.ENAMETOOLONG, Errno.EMLINK ->
                new FileSystemException(file, other, reason);
            case Errno.ECANCELED -> Errors.of(errno, operation, file);
            default -> new UringException(errno, Errno.name(errno), operation, file + " -> " + other, reason);
        };
    }
}
