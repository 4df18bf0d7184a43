package io.github.reactoruring.internal.ring.scripted;

import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.ring.CqeBatch;
import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.ring.kernel.WakePoll;
import io.github.reactoruring.internal.sys.IoUringAbi;

/** Wakes the owner of a scripted ring: by a message, or by an eventfd that needs a poll. */
final class ScriptedWakeUp {

    private final ScriptedKernel kernel;
    private final CompletionSide completions;
    private final FileTable files;
    private final int descriptor;
    private final @Nullable WakePoll poll;
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicInteger count = new AtomicInteger();
    private volatile Runnable onWake = () -> {
    };
    private boolean raised;

    ScriptedWakeUp(boolean byMessage, ScriptedKernel kernel, CompletionSide completions,
            FileTable files) {
        this.kernel = kernel;
        this.completions = completions;
        this.files = files;
        descriptor = byMessage ? -1 : files.create("wake-up eventfd", KernelFile.Kind.EVENT);
        poll = byMessage ? null : new WakePoll(descriptor, () -> raised = false);
    }

    int descriptor() {
        return descriptor;
    }

    int count() {
        return count.get();
    }

    /** Any thread. */
    void wake() {
        count.incrementAndGet();
        pending.incrementAndGet();
        onWake.run();
    }

    void onWake(Runnable action) {
        onWake = action;
    }

    boolean isPending() {
        return pending.get() > 0;
    }

    void deliver() {
        for (int i = pending.getAndSet(0); i > 0; i--) {
            if (descriptor < 0) {
                completions.post(Ring.WAKE_USER_DATA, 0, IoUringAbi.IORING_CQE_F_MORE);
            } else {
                raised = true;
                kernel.ready(files.file(descriptor));
            }
        }
    }

    /** A poll that is armed on a raised eventfd gives at once. */
    void armed(SqeBytes sqe) {
        if (raised && sqe.opcode() == IoUringAbi.IORING_OP_POLL_ADD && sqe.fd() == descriptor) {
            kernel.ready(files.file(descriptor));
        }
    }

    boolean arm(Ring ring) {
        return poll == null || poll.arm(ring);
    }

    void reaped(CqeBatch batch, int first) {
        if (poll != null) {
            poll.reaped(batch, first);
        }
    }

    int ownInFlight() {
        return poll != null && poll.isArmed() ? 1 : 0;
    }

    /** Says whether a request is the wake-up's own poll. */
    boolean isOwn(KernelRequest request) {
        return request.userData() == Ring.WAKE_USER_DATA;
    }
}
