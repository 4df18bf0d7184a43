package io.github.reactoruring.internal.source;

/**
 * Says how a path is opened.
 *
 * @param flags the flags of open(2)
 * @param mode the permissions of a file that is created, less the umask
 * @param direct whether it is to be a direct descriptor, in the ring's file table
 * @param unlink whether the name goes once the file is open
 */
public record OpenHow(int flags, int mode, boolean direct, boolean unlink) {
}
