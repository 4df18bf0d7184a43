package io.github.reactoruring.internal.sys;

/** Gives the flags of open(2), which differ between architectures. */
public final class OpenFlags {

    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0x40;
    public static final int O_EXCL = 0x80;
    public static final int O_TRUNC = 0x200;
    public static final int O_APPEND = 0x400;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_DSYNC = 0x1000;
    public static final int O_SYNC = 0x101000;
    public static final int O_CLOEXEC = 0x80000;
    public static final int O_DIRECT = arm() ? 0x10000 : 0x4000;
    public static final int O_DIRECTORY = arm() ? 0x4000 : 0x10000;
    public static final int O_NOFOLLOW = arm() ? 0x8000 : 0x20000;
    public static final int O_LARGEFILE = arm() ? 0x20000 : 0x8000;
    /** Makes a file without a name in a directory; includes O_DIRECTORY, so that old kernels refuse it. */
    public static final int O_TMPFILE = 0x400000 | O_DIRECTORY;
    /** Stands for the working directory where a call takes a directory's descriptor. */
    public static final int AT_FDCWD = -100;

    private OpenFlags() {
    }

    private static boolean arm() {
        return System.getProperty("os.arch", "").equals("aarch64");
    }
}
