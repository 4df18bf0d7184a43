package io.github.reactoruring.internal.sys;

import java.io.IOException;

/** Carries the errno of a failed system call up to where the library knows what it was for. */
public class ErrnoException extends IOException {

    private static final long serialVersionUID = 1L;

    private final int errno;
    private final String call;

    public ErrnoException(int errno, String call) {
        super(call + ": " + Errno.name(errno) + " (" + Errno.describe(errno) + ")");
        this.errno = errno;
        this.call = call;
    }

    /** Returns the system call that failed. */
    public String call() {
        return call;
    }

    /** Returns the errno, a positive number. */
    public int errno() {
        return errno;
    }
}
