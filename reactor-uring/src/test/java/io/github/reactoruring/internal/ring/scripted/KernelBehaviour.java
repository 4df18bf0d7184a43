package io.github.reactoruring.internal.ring.scripted;

import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;

/** Decides what the kernel leaves open. As it stands: all at once, in order, in full, nothing by itself. */
public class KernelBehaviour {

    /** Makes one that leaves every request in the device until the test completes it. */
    public static KernelBehaviour allInTheDevice() {
        return new KernelBehaviour() {
            @Override
            protected Place place(KernelRequest request) {
                return request.opcode() == IoUringAbi.IORING_OP_CLOSE ? Place.OVER : Place.DEVICE;
            }
        };
    }

    /** Refuses an enter before anything is taken: zero, or a negated errno. */
    protected int refuse(int offered) {
        return 0;
    }

    /** Decides how many of the offered SQEs are taken. */
    protected int take(int offered) {
        return offered;
    }

    /** Ends a wait without a completion: zero to go on, or a negated errno. */
    protected int interruptWait() {
        return 0;
    }

    /** Decides where a request goes; {@link Place#OVER} completes it at once. */
    protected Place place(KernelRequest request) {
        return switch (request.opcode()) {
            case IoUringAbi.IORING_OP_NOP, IoUringAbi.IORING_OP_CLOSE -> Place.OVER;
            case IoUringAbi.IORING_OP_TIMEOUT -> Place.TIMER;
            case IoUringAbi.IORING_OP_POLL_ADD -> Place.POLL;
            default -> {
                if (request.sqe().has(IoUringAbi.IOSQE_ASYNC)) {
                    yield Place.WORKER_QUEUED;
                }
                KernelFile file = request.file();
                boolean waits = file != null && file.kind() != KernelFile.Kind.REGULAR;
                yield waits && !MemoryUse.reads(request.sqe()) ? Place.POLL : Place.OVER;
            }
        };
    }

    /** Decides how many of {@code bytes} a transfer moves, 1 or more; or how it fails, a negated errno. */
    protected int transfer(KernelRequest request, int bytes) {
        return bytes;
    }

    /** Says whether a cancel overlooks a request that it matches. */
    protected boolean overlooks(KernelRequest target, SqeBytes cancel) {
        return false;
    }

    /** Chooses which of {@code size} matches a cancel takes that wants one: the kernel takes the first of its table. */
    protected int nextMatch(int size) {
        return 0;
    }

    /** Decides how a request ends that a cancel reached; {@code naturally} is what it would give by itself. */
    protected int cancelledResult(KernelRequest request, Natural naturally) {
        return request.interrupted ? -Errno.EINTR : -Errno.ECANCELED;
    }

    /** Decides what an ALL cancel counts for the requests it reached among the workers. */
    protected int countOfWorkers(int reached) {
        return Math.min(reached, 1);
    }

    /** Bounds the task work one enter runs; 1 or more. */
    protected int taskWorkPerEnter() {
        return 20;
    }

    /** Chooses which of {@code size} pieces of task work runs next. */
    protected int nextTaskWork(int size) {
        return 0;
    }

    /** Lets things happen, once in each enter. */
    protected void progress(ScriptedKernel kernel) {
    }

    /** Lets something happen because the owner sleeps; false when nothing ever will by itself. */
    protected boolean progressWhileWaiting(ScriptedKernel kernel) {
        for (KernelRequest request : kernel.inFlight()) {
            switch (request.place()) {
                case WORKER_QUEUED, WORKER_RUNNING, DEVICE -> {
                    kernel.complete(request);
                    return true;
                }
                case NOTIFYING -> {
                    kernel.notifySent(request);
                    return true;
                }
                default -> {
                }
            }
        }
        return false;
    }

    /** Carries out what a request is for, and returns its result. */
    public interface Natural {

        int result();
    }
}
