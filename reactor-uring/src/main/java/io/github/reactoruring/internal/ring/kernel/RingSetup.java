package io.github.reactoruring.internal.ring.kernel;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_SETUP_CLAMP;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_SETUP_COOP_TASKRUN;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_SETUP_CQSIZE;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_SETUP_DEFER_TASKRUN;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_SETUP_NO_SQARRAY;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_SETUP_R_DISABLED;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_SETUP_SINGLE_ISSUER;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_SETUP_SUBMIT_ALL;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_SETUP_TASKRUN_FLAG;

import java.lang.foreign.Arena;

import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.ErrnoException;
import io.github.reactoruring.internal.sys.Syscalls;

/**
 * Calls io_uring_setup with the best flags the kernel takes, and a smaller ring where memory is short.
 *
 * @param fd the ring's descriptor; the caller closes it
 */
record RingSetup(int fd, RingParams params) {

    private static final int SMALLEST_SUBMISSION_ENTRIES = 8;

    /** Flags to give up on EINVAL, the newest first; each step gives up all those before it too. */
    private static final int[] DROPPED_IN_TURN = {0, IORING_SETUP_NO_SQARRAY,
            IORING_SETUP_DEFER_TASKRUN, IORING_SETUP_SINGLE_ISSUER,
            IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG, IORING_SETUP_SUBMIT_ALL};

    static RingSetup open(Arena arena, RingConfig config) throws ErrnoException {
        int submissionEntries = config.submissionEntries();
        int completionEntries = config.completionEntries();
        while (true) {
            try {
                return withBestFlags(arena, submissionEntries, completionEntries, config.view());
            } catch (ErrnoException e) {
                if (e.errno() != Errno.ENOMEM || submissionEntries <= SMALLEST_SUBMISSION_ENTRIES) {
                    throw e;
                }
                submissionEntries /= 2;
                completionEntries = Math.max(completionEntries / 2, submissionEntries);
            }
        }
    }

    private static RingSetup withBestFlags(Arena arena, int submissionEntries, int completionEntries, KernelView view)
            throws ErrnoException {
        int flags = allFlags(view);
        for (int dropped : DROPPED_IN_TURN) {
            flags = consistent(flags & ~dropped);
            RingParams params = new RingParams(arena, completionEntries, flags);
            int result = Syscalls.setup(submissionEntries, params.memory());
            if (result >= 0) {
                return new RingSetup(result, params);
            }
            if (result != -Errno.EINVAL) {
                throw new ErrnoException(-result, "io_uring_setup");
            }
        }
        throw new ErrnoException(Errno.EINVAL, "io_uring_setup");
    }

    private static int allFlags(KernelView view) {
        int flags = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP | IORING_SETUP_R_DISABLED;
        flags |= view.shows(RingFeature.SUBMIT_ALL) ? IORING_SETUP_SUBMIT_ALL : 0;
        flags |= view.shows(RingFeature.COOP_TASKRUN) ? IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG : 0;
        flags |= view.shows(RingFeature.SINGLE_ISSUER) ? IORING_SETUP_SINGLE_ISSUER : 0;
        flags |= view.shows(RingFeature.DEFER_TASKRUN) ? IORING_SETUP_DEFER_TASKRUN : 0;
        flags |= view.shows(RingFeature.NO_SQARRAY) ? IORING_SETUP_NO_SQARRAY : 0;
        return flags;
    }

    /** DEFER_TASKRUN needs SINGLE_ISSUER and excludes COOP_TASKRUN. */
    private static int consistent(int flags) {
        int deferred = IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SINGLE_ISSUER;
        return (flags & deferred) == deferred
                ? flags & ~IORING_SETUP_COOP_TASKRUN
                : flags & ~IORING_SETUP_DEFER_TASKRUN;
    }
}
