package io.github.reactoruring.internal.ring.kernel;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ACCEPT_DONTWAIT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ACCEPT_MULTISHOT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ACCEPT_POLL_FIRST;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_ALL;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_ANY;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_FD;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_FD_FIXED;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_OP;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_USERDATA;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_FILE_INDEX_ALLOC;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_LINK_TIMEOUT_UPDATE;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_ACCEPT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_ASYNC_CANCEL;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_CLOSE;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_LINK_TIMEOUT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_OPENAT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_OPENAT2;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_POLL_ADD;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_POLL_REMOVE;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_RECV;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_RECVMSG;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_SEND;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_SENDMSG;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_TIMEOUT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_TIMEOUT_REMOVE;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_POLL_ADD_LEVEL;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_POLL_ADD_MULTI;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_RECVSEND_BUNDLE;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_RECVSEND_FIXED_BUF;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_RECVSEND_POLL_FIRST;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_RECV_MULTISHOT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_TIMEOUT_ABS;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_TIMEOUT_BOOTTIME;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_TIMEOUT_ETIME_SUCCESS;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_TIMEOUT_MULTISHOT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_TIMEOUT_REALTIME;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_TIMEOUT_UPDATE;
import static io.github.reactoruring.internal.sys.IoUringAbi.IOSQE_CQE_SKIP_SUCCESS;

import java.lang.foreign.MemorySegment;

import io.github.reactoruring.internal.ring.Prep;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.SqeBytes;

/**
 * Has the kernel answer as the older one of a {@link KernelView} would: what that did not know is made an operation that
 * nobody knows, which the kernel refuses as it always does (EINVAL, and a broken link behind it).
 *
 * <p>For tests, which would else not see that the library uses what it must not; a ring on the real view has none of this.
 * <b>Threads:</b> the ring's owner.
 */
final class OlderKernel {

    private final KernelView view;
    private final MemorySegment entries;
    private final int mask;

    /** @param entries the SQEs, a power of two of them */
    OlderKernel(KernelView view, MemorySegment entries, int count) {
        this.view = view;
        this.entries = entries;
        mask = count - 1;
    }

    /** Looks at the entries from one position to another, which the kernel does not know yet. */
    void take(int from, int to) {
        for (int position = from; position != to; position++) {
            if (refuses(SqeBytes.decode(entries, position & mask))) {
                Prep.refuse(entries, position & mask);
            }
        }
    }

    private boolean refuses(SqeBytes sqe) {
        return !view.showsOpcode(sqe.opcode())
                || sqe.has(IOSQE_CQE_SKIP_SUCCESS) && !view.shows(RingFeature.CQE_SKIP)
                || refusesFlags(sqe)
                || refusesSlot(sqe);
    }

    /** Looks at the flags of operations that got new ones later. */
    private boolean refusesFlags(SqeBytes sqe) {
        return switch (sqe.opcode()) {
            case IORING_OP_ASYNC_CANCEL -> (sqe.opFlags() & ~cancelFlags()) != 0;
            case IORING_OP_POLL_ADD -> (sqe.len() & ~pollFlags()) != 0;
            case IORING_OP_POLL_REMOVE -> sqe.len() != 0 && !view.shows(RingFeature.MULTISHOT);
            case IORING_OP_ACCEPT -> (sqe.ioprio() & ~acceptFlags()) != 0;
            case IORING_OP_SEND, IORING_OP_SENDMSG, IORING_OP_RECV, IORING_OP_RECVMSG ->
                (sqe.ioprio() & ~transferFlags()) != 0;
            case IORING_OP_TIMEOUT, IORING_OP_LINK_TIMEOUT, IORING_OP_TIMEOUT_REMOVE ->
                (sqe.opFlags() & ~timeoutFlags()) != 0;
            default -> false;
        };
    }

    private boolean refusesSlot(SqeBytes sqe) {
        return switch (sqe.opcode()) {
            case IORING_OP_OPENAT, IORING_OP_OPENAT2, IORING_OP_ACCEPT, IORING_OP_CLOSE ->
                sqe.fileIndex() != 0 && !view.isSince(5, 15)
                        || sqe.fileIndex() == IORING_FILE_INDEX_ALLOC && !view.isSince(5, 19);
            default -> false;
        };
    }

    private int cancelFlags() {
        int known = 0;
        if (view.shows(RingFeature.CANCEL_ALL_FD_ANY)) {
            known |= IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ANY;
        }
        if (view.shows(RingFeature.CANCEL_FD_FIXED)) {
            known |= IORING_ASYNC_CANCEL_FD_FIXED;
        }
        if (view.shows(RingFeature.CANCEL_OP)) {
            known |= IORING_ASYNC_CANCEL_USERDATA | IORING_ASYNC_CANCEL_OP;
        }
        return known;
    }

    private int pollFlags() {
        return (view.shows(RingFeature.MULTISHOT) ? IORING_POLL_ADD_MULTI : 0)
                | (view.isSince(6, 0) ? IORING_POLL_ADD_LEVEL : 0);
    }

    private int acceptFlags() {
        return (view.isSince(5, 19) ? IORING_ACCEPT_MULTISHOT : 0)
                | (view.isSince(6, 10) ? IORING_ACCEPT_DONTWAIT | IORING_ACCEPT_POLL_FIRST : 0);
    }

    private int transferFlags() {
        return (view.isSince(5, 19) ? IORING_RECVSEND_POLL_FIRST : 0)
                | (view.isSince(6, 0) ? IORING_RECV_MULTISHOT | IORING_RECVSEND_FIXED_BUF : 0)
                | (view.isSince(6, 10) ? IORING_RECVSEND_BUNDLE : 0);
    }

    private int timeoutFlags() {
        return IORING_TIMEOUT_ABS
                | (view.isSince(5, 11) ? IORING_TIMEOUT_UPDATE : 0)
                | (view.isSince(5, 15)
                        ? IORING_TIMEOUT_BOOTTIME | IORING_TIMEOUT_REALTIME | IORING_LINK_TIMEOUT_UPDATE
                        : 0)
                | (view.isSince(5, 16) ? IORING_TIMEOUT_ETIME_SUCCESS : 0)
                | (view.isSince(6, 4) ? IORING_TIMEOUT_MULTISHOT : 0);
    }
}
