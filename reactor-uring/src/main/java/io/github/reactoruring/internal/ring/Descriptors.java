package io.github.reactoruring.internal.ring;

import java.util.List;

import io.github.reactoruring.internal.sys.DirectIo;
import io.github.reactoruring.internal.sys.ErrnoException;
import io.github.reactoruring.internal.sys.FileIdentity;
import io.github.reactoruring.internal.sys.FileStatus;

/**
 * Answers, beside a ring, what is asked of a descriptor or done to it: a port to whoever makes the descriptors of that ring,
 * and so knows what their numbers stand for. It makes the calls on paths, too, that no ring has an operation for.
 *
 * <p>A number that comes as a result, zero or more, or a negated errno, follows the kernel, as with {@link Ring}.
 *
 * <p><b>Threads:</b> any. It outlives its ring: what is open then is closed here.
 */
public interface Descriptors {

    /** Says what an open file is, from what is at hand: never waits for a disk or a server. */
    FileStatus status(int descriptor) throws ErrnoException;

    /** Says which file it is, from what is at hand. */
    FileIdentity identity(int descriptor) throws ErrnoException;

    /** Says what a file opened with O_DIRECT wants its reads and writes aligned to, from what is at hand. */
    DirectIo directIo(int descriptor);

    /** Sets the flags of an open file that can be set later, O_NONBLOCK among them, to those of {@code flags} (F_SETFL). */
    int setStatusFlags(int descriptor, int flags);

    /** Makes a pipe; the end to read from goes to {@code ends[0]}, the end to write to to {@code ends[1]}. */
    int pipe(int[] ends);

    /**
     * Gives a file that is to take the place of {@code name} in {@code directory} the rights of what is there, as far as may
     * be, and nobody more; says whether something is there. May block.
     */
    boolean inheritRights(int descriptor, int directory, String name);

    /** Makes a file shorter or longer. May block. */
    int truncate(int descriptor, long sizeBytes);

    /** Closes a descriptor that no ring is there to close. May block. */
    int close(int descriptor);

    /** Makes an inotify instance, which watches nothing; returns its descriptor. */
    int inotify();

    /**
     * Has an inotify instance watch a path. May block.
     *
     * @param mask which events to tell of: IN_*
     */
    int addWatch(int inotify, String path, int mask);

    /** Lists the names of a path's extended attributes. May block. */
    List<String> listAttributes(String path) throws ErrnoException;

    /** Removes an extended attribute of a path. May block. */
    int removeAttribute(String path, String attribute);
}
