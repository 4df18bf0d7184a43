package io.github.reactoruring.internal.loop;

import io.github.reactoruring.internal.sys.OpenFlags;

/**
 * What was learned of a file when it was opened, and so how much of it one SQE may move.
 *
 * @param prompt whether its reads and writes end by themselves soon: a regular file, on a filesystem that keeps nobody
 *     waiting
 * @param openFlags the flags it was opened with
 */
public record FileTraits(boolean prompt, int openFlags) {

    /** Of what nothing is known, anything may be. */
    public static final FileTraits UNKNOWN = new FileTraits(false, 0);

    /** What one SQE moves of the page cache: the ring stands still meanwhile, for 0.1 ms or less. */
    public static final int PIECE_BYTES = 512 * 1024;
    /** What one SQE moves past the page cache (O_DIRECT): the disk moves them, and the ring only pins their pages. */
    public static final int DIRECT_PIECE_BYTES = 4 * PIECE_BYTES;
    /** To pin a page takes less than to copy it. */
    private static final int PINNED_SHARE = 8;

    /**
     * Returns how much of a read or write one SQE may ask for, so that it does not hold up the ring. What is no regular file
     * gives what it has, and is asked for all: to it, half a request may be another one.
     *
     * @param forceAsync whether a kernel worker moves it, whom nobody waits for
     */
    public int pieceBytes(boolean forceAsync) {
        if (!prompt || forceAsync) {
            return Integer.MAX_VALUE;
        }
        return isDirectIo() ? DIRECT_PIECE_BYTES : PIECE_BYTES;
    }

    /** Returns how many bytes of a read or write of so many hold up the ring while it is submitted. */
    public int inlineBytes(long lengthBytes, boolean forceAsync) {
        if (!prompt || forceAsync) {
            return 0;
        }
        int piece = (int) Math.min(lengthBytes, pieceBytes(false));
        return isDirectIo() ? piece / PINNED_SHARE : piece;
    }

    /** Says whether each write goes to the end of the file, wherever that is by then. */
    public boolean appends() {
        return (openFlags & OpenFlags.O_APPEND) != 0;
    }

    private boolean isDirectIo() {
        return (openFlags & OpenFlags.O_DIRECT) != 0;
    }
}
