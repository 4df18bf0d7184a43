package io.github.reactoruring.internal.source.write;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.sys.FileStatus;

/**
 * Where a stream of buffers goes: opened, then committed, abandoned, or both. Each of the three tells its end once.
 *
 * <p><b>Threads:</b> the owner's.
 */
interface WriteTarget {

    /** Hears how the opening went. */
    interface Opening {

        /** The file is there; it is the target's to close. */
        void opened(OpenFile file, FileStatus status);

        /** Nothing is open, and nothing is left of the attempt. */
        void openFailed(Throwable cause);
    }

    void open(Opening listener);

    /** Ends a write all of whose bytes are in the file; {@code ended} gets what went wrong, or null. */
    void commit(Consumer<@Nullable Throwable> ended);

    /**
     * Ends a write that failed, is not wanted any more, or whose commit failed or came too late: closes what is open, and
     * leaves nothing behind that is not to stay.
     *
     * @param wholeUntil where to cut off a file that stays, or -1 for not at all
     */
    void abandon(long wholeUntil, Runnable ended);

    /** Hastens the opening or the commit under way: nobody waits for it any more. It still tells its end. */
    void dispose();
}
