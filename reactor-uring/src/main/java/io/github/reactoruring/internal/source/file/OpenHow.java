package io.github.reactoruring.internal.source.file;

import io.github.reactoruring.internal.sys.OpenFlags;

/**
 * Says how a path is opened.
 *
 * @param flags the flags of open(2)
 * @param mode the permissions of a file that is created, less the umask
 * @param direct whether it is to be a direct descriptor, in the ring's file table
 * @param unlink whether the name goes once the file is open
 */
public record OpenHow(int flags, int mode, boolean direct, boolean unlink) {

    boolean writes() {
        return (flags & (OpenFlags.O_WRONLY | OpenFlags.O_RDWR)) != 0;
    }
}
