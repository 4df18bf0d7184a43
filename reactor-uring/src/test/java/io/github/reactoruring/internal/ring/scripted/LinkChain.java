package io.github.reactoruring.internal.ring.scripted;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_LINK_TIMEOUT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IOSQE_IO_HARDLINK;
import static io.github.reactoruring.internal.sys.IoUringAbi.IOSQE_IO_LINK;

import java.util.HashSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.sys.Errno;

/** Keeps requests behind the one they are linked to, and starts or fails them when it is over. */
final class LinkChain {

    private final ScriptedKernel kernel;
    /** The request that the next SQE is linked to. */
    private @Nullable KernelRequest tail;
    private final Set<Long> cutBehind = new HashSet<>();

    LinkChain(ScriptedKernel kernel) {
        this.kernel = kernel;
    }

    /** Says which request this one has to wait for; null: none. */
    @Nullable
    KernelRequest enter(KernelRequest request) {
        KernelRequest previous = tail;
        tail = request.sqe().has(IOSQE_IO_LINK | IOSQE_IO_HARDLINK) ? request : null;
        if (previous != null) {
            request.previous = previous;
            previous.next = request;
        }
        return previous;
    }

    /** A link does not reach from one submission into the next. */
    void cut() {
        if (tail != null) {
            cutBehind.add(tail.sqe().userData());
        }
        tail = null;
    }

    /** Says whether a submission ended behind this request, which is linked to what was to come. */
    boolean wasCutBehind(long userData) {
        return cutBehind.contains(userData);
    }

    /** Starts what waits behind a request that is over, or fails it. */
    void goOn(KernelRequest head) {
        KernelRequest next = head.next;
        head.next = null;
        if (next != null && next.opcode() == IORING_OP_LINK_TIMEOUT) {
            KernelRequest timeout = next;
            next = timeout.next;
            timeout.next = null;
            if (timeout.waiting()) {
                kernel.complete(timeout, -Errno.ECANCELED, 0);
            }
        }
        if (next == null) {
            return;
        }
        if (!head.failed || head.sqe().has(IOSQE_IO_HARDLINK)) {
            kernel.startLater(next);
            return;
        }
        for (KernelRequest failing = next; failing != null; failing = failing.next) {
            if (failing.waiting()) {
                kernel.complete(failing, -Errno.ECANCELED, 0);
            }
        }
    }
}
