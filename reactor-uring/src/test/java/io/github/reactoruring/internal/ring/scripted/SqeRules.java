package io.github.reactoruring.internal.ring.scripted;

import static io.github.reactoruring.internal.sys.IoUringAbi.*;

import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.RingFeatures;
import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.sys.Errno;

/** Knows which bytes of an SQE have to be zero, and what the kernel answers when they are not. */
final class SqeRules {

    private static final int KNOWN_SQE_FLAGS = 0x7f;
    private static final int IOSQE_IO_DRAIN = 1 << 1;
    private static final int LAST_OPCODE = IORING_OP_URING_CMD128;
    private static final int CANCEL_FLAGS = IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ANY
            | IORING_ASYNC_CANCEL_FD_FIXED | IORING_ASYNC_CANCEL_USERDATA | IORING_ASYNC_CANCEL_OP;

    private SqeRules() {
    }

    /** Reports what no SQE of the library may have, whoever described it. */
    static void check(SqeBytes sqe, Violations violations) {
        if (sqe.pad() != 0) {
            violations.add("stale bytes in the padding: " + sqe);
        }
        if (sqe.addr3() != 0 && !usesAddr3(sqe.opcode())) {
            violations.add("stale bytes in addr3: " + sqe);
        }
        if (sqe.personality() != 0) {
            violations.add("a personality nobody registered: " + sqe);
        }
        if ((sqe.flags() & ~KNOWN_SQE_FLAGS) != 0) {
            violations.add("unknown SQE flags: " + sqe);
        }
        if (sqe.has(IOSQE_IO_DRAIN)) {
            violations.add("IO_DRAIN disables cancelling on the ring: " + sqe);
        }
        if (sqe.opcode() > LAST_OPCODE) {
            violations.add("an opcode that does not exist: " + sqe);
        }
    }

    /** Says what the preparation answers: zero or a negated errno. */
    static int prepare(SqeBytes sqe, RingFeatures features) {
        boolean well = switch (sqe.opcode()) {
            case IORING_OP_NOP -> true;
            case IORING_OP_POLL_ADD -> sqe.off() == 0 && sqe.addr() == 0 && sqe.bufIndex() == 0
                    && (sqe.len() & ~(IORING_POLL_ADD_MULTI | IORING_POLL_ADD_LEVEL)) == 0;
            case IORING_OP_TIMEOUT -> sqe.bufIndex() == 0 && sqe.fileIndex() == 0 && sqe.len() == 1;
            case IORING_OP_LINK_TIMEOUT -> sqe.bufIndex() == 0 && sqe.fileIndex() == 0 && sqe.len() == 1
                    && sqe.off() == 0;
            case IORING_OP_CLOSE -> sqe.off() == 0 && sqe.addr() == 0 && sqe.len() == 0 && sqe.opFlags() == 0
                    && sqe.bufIndex() == 0 && (sqe.fileIndex() == 0 || sqe.fd() == 0);
            case IORING_OP_OPENAT -> sqe.bufIndex() == 0;
            case IORING_OP_ASYNC_CANCEL -> cancelPrepares(sqe, features);
            default -> true;
        };
        return well ? 0 : -Errno.EINVAL;
    }

    private static boolean cancelPrepares(SqeBytes sqe, RingFeatures features) {
        int flags = sqe.opFlags();
        int known = 0;
        known |= features.has(RingFeature.CANCEL_ALL_FD_ANY)
                ? IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ANY
                : 0;
        known |= features.has(RingFeature.CANCEL_FD_FIXED) ? IORING_ASYNC_CANCEL_FD_FIXED : 0;
        known |= features.has(RingFeature.CANCEL_OP) ? IORING_ASYNC_CANCEL_USERDATA | IORING_ASYNC_CANCEL_OP : 0;
        if (sqe.off() != 0 || sqe.ioprio() != 0 || sqe.fileIndex() != 0 || sqe.has(IOSQE_BUFFER_SELECT)
                || (flags & ~(known & CANCEL_FLAGS)) != 0) {
            return false;
        }
        boolean any = (flags & IORING_ASYNC_CANCEL_ANY) != 0;
        return !any || (flags & (IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_OP)) == 0;
    }

    private static boolean usesAddr3(int opcode) {
        return switch (opcode) {
            case IORING_OP_SETXATTR, IORING_OP_GETXATTR, IORING_OP_MSG_RING, IORING_OP_URING_CMD, IORING_OP_FUTEX_WAIT,
                    IORING_OP_FUTEX_WAKE ->
                true;
            default -> false;
        };
    }
}
