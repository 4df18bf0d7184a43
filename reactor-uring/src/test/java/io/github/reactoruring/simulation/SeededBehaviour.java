package io.github.reactoruring.simulation;

import java.util.Random;

import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.ring.scripted.KernelBehaviour;
import io.github.reactoruring.internal.ring.scripted.KernelFile;
import io.github.reactoruring.internal.ring.scripted.KernelRequest;
import io.github.reactoruring.internal.ring.scripted.KernelRequest.Place;
import io.github.reactoruring.internal.ring.scripted.ScriptedKernel;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * A kernel that does whatever a kernel may, as its seed decides. Each seed has a temper of its own: most kernels are calm
 * in most things, so that deep states are reached, and each is wild in some.
 */
final class SeededBehaviour extends KernelBehaviour {

    private static final int[] TEMPERS = {0, 0, 0, 1, 5, 20, 50};

    private final Random random;
    private final int refuses;
    private final int takesLess;
    private final int interrupts;
    private final int overlooks;
    private final int shortTransfers;
    private final int ioErrors;
    private final int wandering;
    private final int progresses;
    private final int disorder;
    private final int taskWork;
    private final boolean quietAtEnd;
    private boolean ending;

    SeededBehaviour(long seed) {
        random = new Random(seed * 31 + 7);
        refuses = temper();
        takesLess = temper();
        interrupts = temper();
        overlooks = temper();
        shortTransfers = temper();
        ioErrors = temper() / 5;
        wandering = temper();
        progresses = 1 + random.nextInt(40);
        disorder = temper();
        taskWork = 1 + random.nextInt(20);
        quietAtEnd = random.nextBoolean();
    }

    private int temper() {
        return TEMPERS[random.nextInt(TEMPERS.length)];
    }

    private boolean happens(int percent) {
        return percent > 0 && random.nextInt(100) < percent;
    }

    /** Begins the end: half of the kernels do nothing by themselves from now on, so that only cancels end requests. */
    void end() {
        ending = true;
    }

    @Override
    protected int refuse(int offered) {
        if (!happens(refuses / 2)) {
            return 0;
        }
        return switch (random.nextInt(3)) {
            case 0 -> -Errno.EAGAIN;
            case 1 -> -Errno.EBUSY;
            default -> -Errno.EINTR;
        };
    }

    @Override
    protected int take(int offered) {
        return offered > 0 && happens(takesLess) ? random.nextInt(offered + 1) : offered;
    }

    @Override
    protected int interruptWait() {
        return happens(interrupts) ? -Errno.EINTR : 0;
    }

    @Override
    protected Place place(KernelRequest request) {
        Place natural = super.place(request);
        KernelFile file = request.file();
        boolean regular = file != null && file.kind() == KernelFile.Kind.REGULAR;
        boolean slow = switch (request.opcode()) {
            case IoUringAbi.IORING_OP_OPENAT, IoUringAbi.IORING_OP_CLOSE, IoUringAbi.IORING_OP_STATX -> happens(30);
            case IoUringAbi.IORING_OP_READ, IoUringAbi.IORING_OP_WRITE -> regular && happens(70);
            case IoUringAbi.IORING_OP_SEND_ZC, IoUringAbi.IORING_OP_WRITEV -> happens(50);
            default -> false;
        };
        if (!slow) {
            return natural;
        }
        return regular && random.nextBoolean() ? Place.DEVICE : Place.WORKER_QUEUED;
    }

    @Override
    protected int transfer(KernelRequest request, int bytes) {
        if (regularIo(request) && happens(ioErrors)) {
            return -Errno.EIO;
        }
        return happens(shortTransfers) ? 1 + random.nextInt(bytes) : bytes;
    }

    private static boolean regularIo(KernelRequest request) {
        KernelFile file = request.file();
        return file != null && file.kind() == KernelFile.Kind.REGULAR;
    }

    @Override
    protected boolean overlooks(KernelRequest target, SqeBytes cancel) {
        boolean retried = target.sqe().has(IoUringAbi.IOSQE_ASYNC) || target.place() != Place.POLL;
        return retried && target.place() != Place.TIMER && happens(overlooks);
    }

    @Override
    protected int nextMatch(int size) {
        return random.nextInt(size);
    }

    @Override
    protected int cancelledResult(KernelRequest request, Natural naturally) {
        if (request.place() != Place.WORKER_RUNNING) {
            return -Errno.ECANCELED;
        }
        if (request.opcode() == IoUringAbi.IORING_OP_CLOSE) {
            // Once begun it is done, interrupted or not.
            return naturally.result();
        }
        return switch (random.nextInt(4)) {
            case 0 -> -Errno.EINTR;
            case 1 -> -Errno.ERESTARTSYS;
            case 2 -> -Errno.ECANCELED;
            default -> naturally.result();
        };
    }

    @Override
    protected int countOfWorkers(int reached) {
        return random.nextInt(reached + 1);
    }

    @Override
    protected int taskWorkPerEnter() {
        return taskWork;
    }

    @Override
    protected int nextTaskWork(int size) {
        return happens(disorder) ? random.nextInt(size) : 0;
    }

    @Override
    protected void progress(ScriptedKernel kernel) {
        for (KernelRequest request : kernel.inFlight()) {
            if (request.waiting() && happens(ending && quietAtEnd ? 0 : progresses)) {
                advance(kernel, request);
            }
        }
    }

    private void advance(ScriptedKernel kernel, KernelRequest request) {
        switch (request.place()) {
            case POLL -> {
                KernelFile file = request.file();
                boolean wakeUp = file != null && file.kind() == KernelFile.Kind.EVENT;
                if (!wakeUp && happens(wandering)) {
                    request.moveTo(random.nextBoolean() ? Place.DEVICE : Place.WORKER_QUEUED);
                } else if (request.sqe().isMultishot()) {
                    if (random.nextInt(8) == 0) {
                        endMultishot(kernel, request);
                    } else {
                        kernel.emit(request);
                    }
                } else {
                    kernel.complete(request);
                }
            }
            case WORKER_QUEUED -> request.moveTo(Place.WORKER_RUNNING);
            case WORKER_RUNNING, DEVICE -> comeBack(kernel, request);
            case NOTIFYING -> kernel.notifySent(request);
            default -> {
            }
        }
    }

    /** Ends what was on its way, or arms it again; a multishot request never ends here but when it was cancelled. */
    private void comeBack(ScriptedKernel kernel, KernelRequest request) {
        if (random.nextInt(3) == 0) {
            kernel.scribble(request);
        } else if (request.sqe().isMultishot() && !request.interrupted()) {
            request.moveTo(Place.POLL);
        } else {
            kernel.complete(request);
        }
    }

    private void endMultishot(ScriptedKernel kernel, KernelRequest request) {
        boolean buffers = request.sqe().has(IoUringAbi.IOSQE_BUFFER_SELECT);
        kernel.complete(request, buffers || random.nextBoolean() ? -Errno.ENOBUFS : -Errno.EIO, 0);
    }

    @Override
    protected boolean progressWhileWaiting(ScriptedKernel kernel) {
        for (KernelRequest request : kernel.inFlight()) {
            switch (request.place()) {
                case WORKER_QUEUED, WORKER_RUNNING, DEVICE, NOTIFYING -> {
                    advance(kernel, request);
                    return true;
                }
                default -> {
                }
            }
        }
        return false;
    }
}
