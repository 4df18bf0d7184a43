package io.github.reactoruring.internal.ring.kernel;

import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.ErrnoException;

/** Says that a kernel has io_uring, but one that lacks what no ring can do without. */
public final class OldKernelException extends ErrnoException {

    private static final long serialVersionUID = 1L;

    private final String lack;

    OldKernelException(String lack) {
        super(Errno.ENOSYS, "io_uring_setup");
        this.lack = lack;
    }

    @Override
    public String getMessage() {
        return lack;
    }
}
