package io.github.reactoruring.internal.sys;

/** Knows the size of struct statx, and the flags of statx(2). */
public final class Statx {

    /** The size of struct statx. */
    public static final int BYTES = 256;
    /** Asks of the descriptor itself: the name is empty. */
    public static final int EMPTY_PATH = 0x1000;
    /** Asks of a symbolic link itself. */
    public static final int SYMLINK_NOFOLLOW = 0x100;

    /** Takes what is at hand, without asking a server (AT_STATX_DONT_SYNC). */
    public static final int DONT_SYNC = 0x4000;

    private Statx() {
    }
}
