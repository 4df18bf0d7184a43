package io.github.reactoruring.internal.source.write;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.loop.OpenFile;
import io.github.reactoruring.internal.sys.FileStatus;
import reactor.util.context.Context;

/**
 * Where a stream of buffers goes: opened, begun, then committed, abandoned, or both. Each of the four tells its end once.
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

    /**
     * Makes the file ready for the first byte, or for the end without any; before, it holds what it held. {@code ended} gets
     * what went wrong, or null; from within this where there is nothing to be done.
     */
    default void begin(Consumer<@Nullable Throwable> ended) {
        ended.accept(null);
    }

    /** Returns the context for the source of what is written, out of that of who is written for. Any thread. */
    default Context context(Context around) {
        return around;
    }

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
