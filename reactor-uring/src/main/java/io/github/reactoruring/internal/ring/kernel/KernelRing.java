package io.github.reactoruring.internal.ring.kernel;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ENTER_EXT_ARG;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ENTER_GETEVENTS;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ENTER_REGISTERED_RING;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_FEAT_SINGLE_MMAP;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OFF_SQES;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OFF_SQ_RING;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_REGISTER_ENABLE_RINGS;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_REGISTER_FILES2;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_REGISTER_IOWQ_MAX_WORKERS;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_REGISTER_PBUF_RING;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_REGISTER_RING_FDS;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_RSRC_REGISTER_SPARSE;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_UNREGISTER_RING_FDS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.ring.CqeBatch;
import io.github.reactoruring.internal.ring.Descriptors;
import io.github.reactoruring.internal.ring.ProvidedBuffers;
import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.RingFeatures;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.ErrnoException;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.MappedMemory;
import io.github.reactoruring.internal.sys.Syscalls;

/** The kernel's io_uring. Opened disabled by any thread; from {@link #enable()} on it belongs to one. */
public final class KernelRing implements Ring {

    private static final int NANOS_PER_SECOND = 1_000_000_000;
    private static final int BOUNDED_WORKERS = 64;
    private static final int UNBOUNDED_WORKERS = 256;
    private static final Descriptors DESCRIPTORS = new KernelDescriptors();

    private final int fd;
    private final MappedMemory rings;
    private final MappedMemory sqes;
    private final SubmissionQueue submissions;
    private final CompletionQueue completions;
    private final RingFeatures features;
    private final KernelView view;
    private final WakeUp wakeUp;
    /** Null where wake-ups need no request of ours. */
    private final @Nullable WakePoll wakePoll;
    private final Arena arena = Arena.ofAuto();
    private final MemorySegment errnoState = Syscalls.errnoState(arena);
    /** struct io_uring_getevents_arg (sigmask u64, sigmask_sz u32, min_wait_usec u32, ts u64) and its timespec. */
    private final MemorySegment waitArgument = arena.allocate(24, Long.BYTES);
    private final MemorySegment waitTime = arena.allocate(16, Long.BYTES);
    private final List<BufferRing> bufferRings = new ArrayList<>();
    private final BufferTable bufferTable;
    private int enterFd;
    private int enterFlags = IORING_ENTER_GETEVENTS;
    /** struct io_uring_rsrc_update, to undo the registration with: when a ring is given up there may be no memory. */
    private final MemorySegment ringUpdate = arena.allocate(16, Long.BYTES);
    /** Whose table of rings this one is registered in. */
    private @Nullable Thread registeredBy;
    private boolean closed;
    private boolean abandoned;

    private KernelRing(int fd, RingParams params, MappedMemory rings, MappedMemory sqes, RingFeatures features,
            WakeUp wakeUp, KernelView view) {
        this.fd = fd;
        this.rings = rings;
        this.sqes = sqes;
        this.features = features;
        this.wakeUp = wakeUp;
        wakePoll = wakeUp.eventfd() < 0 ? null : new WakePoll(wakeUp.eventfd(), wakeUp::acknowledge);
        enterFd = fd;
        bufferTable = new BufferTable(fd);
        this.view = view;
        OlderKernel older = view.isReal() ? null : new OlderKernel(view, sqes.segment(), params.sqEntries());
        submissions = new SubmissionQueue(rings.segment(), sqes.segment(), params, older);
        completions = new CompletionQueue(rings.segment(), params);
        waitArgument.set(ValueLayout.JAVA_LONG, 16, waitTime.address());
    }

    /**
     * Opens a ring.
     *
     * @throws ErrnoException if the kernel refuses
     */
    public static KernelRing open(RingConfig config) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            RingSetup setup = RingSetup.open(arena, config);
            MappedMemory rings = null;
            MappedMemory sqes = null;
            try {
                RingParams params = setup.params();
                if ((params.features() & IORING_FEAT_SINGLE_MMAP) == 0) {
                    throw new OldKernelException("it maps its two queues apart, as before Linux 5.4");
                }
                rings = MappedMemory.map(setup.fd(), IORING_OFF_SQ_RING, ringBytes(params));
                sqes = MappedMemory.map(setup.fd(), IORING_OFF_SQES, (long) params.sqEntries() * IoUringAbi.SQE_BYTES);
                tryToEnter(arena, setup.fd());
                RingFeatures features = FeatureProbe.probe(setup.fd(), params, config.view());
                requireWaits(features);
                boolean byMessage = features.has(RingFeature.SEND_MSG_RING) && WakeUp.messagesSupported();
                WakeUp wakeUp = WakeUp.open(setup.fd(), byMessage);
                return new KernelRing(setup.fd(), params, rings, sqes, features, wakeUp, config.view());
            } catch (Throwable t) {
                if (rings != null) {
                    rings.close();
                }
                if (sqes != null) {
                    sqes.close();
                }
                Syscalls.close(setup.fd());
                throw t;
            }
        }
    }

    /**
     * Finds out whether the kernel lets us enter, which a container's profile may forbid although it allows to open: a ring
     * must not fail at its first request. A kernel that does answers that the ring is still disabled.
     */
    private static void tryToEnter(Arena arena, int fd) throws ErrnoException {
        int result = Syscalls.enter(Syscalls.errnoState(arena), fd, 0, 0, 0, 0, 0);
        if (result < 0 && result != -Errno.EBADFD) {
            throw new ErrnoException(-result, "io_uring_enter");
        }
    }

    /** An owner that could not wait with a timeout, or not be woken, would be lost when it sleeps for the first time. */
    private static void requireWaits(RingFeatures features) throws OldKernelException {
        if (!features.has(RingFeature.TIMED_WAIT)) {
            throw new OldKernelException("it waits without a timeout only, as before Linux 5.11");
        }
        if (!features.has(RingFeature.MULTISHOT)) {
            throw new OldKernelException("it knows no multishot poll, as before Linux 5.13");
        }
    }

    @Override
    public RingFeatures features() {
        return features;
    }

    @Override
    public Descriptors descriptors() {
        return DESCRIPTORS;
    }

    @Override
    public int submissionCapacity() {
        return submissions.entries();
    }

    @Override
    public int completionCapacity() {
        return completions.entries();
    }

    @Override
    public int enable() {
        int result = Syscalls.register(fd, IORING_REGISTER_ENABLE_RINGS);
        if (result >= 0 && features.has(RingFeature.REGISTERED_RING)) {
            registerRing();
        }
        if (result >= 0) {
            limitWorkers();
        }
        return Math.min(result, 0);
    }

    /**
     * Bounds the kernel's workers for the owner's requests, each of which a slow filesystem may hold for ever. By default
     * four for each CPU serve paths, so that as many hung openings would stop all others; and forced reads get one each,
     * thousands if need be. A kernel before 5.15 keeps its own bounds.
     */
    private void limitWorkers() {
        if (!view.isSince(5, 15)) {
            return;
        }
        MemorySegment limits = arena.allocate(8, Integer.BYTES);
        limits.set(ValueLayout.JAVA_INT, 0, BOUNDED_WORKERS);
        limits.set(ValueLayout.JAVA_INT, 4, UNBOUNDED_WORKERS);
        Syscalls.register(fd, IORING_REGISTER_IOWQ_MAX_WORKERS, limits, 2);
    }

    /** Saves the descriptor look-up of each enter; without it we enter by descriptor. */
    private void registerRing() {
        ringUpdate.set(ValueLayout.JAVA_INT, 0, -1);
        ringUpdate.set(ValueLayout.JAVA_LONG, 8, fd);
        if (Syscalls.register(fd, IORING_REGISTER_RING_FDS, ringUpdate, 1) == 1) {
            enterFd = ringUpdate.get(ValueLayout.JAVA_INT, 0);
            enterFlags |= IORING_ENTER_REGISTERED_RING;
            registeredBy = Thread.currentThread();
        }
    }

    /** A thread's registration keeps the ring alive, and takes one of its 16 places, until it is undone. */
    private void unregisterRing() {
        if (registeredBy == Thread.currentThread()) {
            ringUpdate.set(ValueLayout.JAVA_INT, 0, enterFd);
            ringUpdate.set(ValueLayout.JAVA_LONG, 8, 0L);
            Syscalls.register(fd, IORING_UNREGISTER_RING_FDS, ringUpdate, 1);
            registeredBy = null;
        }
    }

    @Override
    public @Nullable Sqe nextSqe() {
        return submissions.next();
    }

    @Override
    public Sqe stageAnew(int index) {
        return submissions.anew(index);
    }

    @Override
    public int staged() {
        return submissions.staged();
    }

    @Override
    public int enter(boolean submit, int minComplete, long timeoutNanos) {
        int toSubmit = 0;
        if (submit) {
            submissions.publish();
            toSubmit = submissions.staged();
        }
        if (minComplete == 0 || timeoutNanos < 0) {
            return Syscalls.enter(errnoState, enterFd, toSubmit, minComplete, enterFlags, 0, 0);
        }
        return enterTimed(toSubmit, minComplete, timeoutNanos);
    }

    private int enterTimed(int toSubmit, int minComplete, long timeoutNanos) {
        waitTime.set(ValueLayout.JAVA_LONG, 0, timeoutNanos / NANOS_PER_SECOND);
        waitTime.set(ValueLayout.JAVA_LONG, 8, timeoutNanos % NANOS_PER_SECOND);
        int result = Syscalls.enter(errnoState, enterFd, toSubmit, minComplete, enterFlags | IORING_ENTER_EXT_ARG,
                waitArgument.address(), waitArgument.byteSize());
        // The kernel reads both, and nobody need have use for this ring any more.
        Reference.reachabilityFence(this);
        return result;
    }

    @Override
    public int reap(CqeBatch into) {
        int first = into.size();
        int count = completions.reap(into);
        if (wakePoll != null) {
            wakePoll.reaped(into, first);
        }
        return count;
    }

    @Override
    public boolean completionsReady() {
        return !completions.isEmpty();
    }

    @Override
    public boolean taskWorkPending() {
        return submissions.taskWorkPending();
    }

    @Override
    public boolean overflowed() {
        return submissions.overflowed();
    }

    /** struct io_uring_rsrc_register: nr u32, flags u32, resv2 u64, data u64, tags u64. */
    @Override
    public int registerFileTable(int slots) {
        if (!view.isSince(5, 19)) {
            return -Errno.EINVAL;
        }
        MemorySegment table = arena.allocate(32, Long.BYTES);
        table.set(ValueLayout.JAVA_INT, 0, slots);
        table.set(ValueLayout.JAVA_INT, 4, IORING_RSRC_REGISTER_SPARSE);
        return Syscalls.register(fd, IORING_REGISTER_FILES2, table, (int) table.byteSize());
    }

    /** struct io_uring_buf_reg: ring_addr u64, ring_entries u32, bgid u16, flags u16, resv 3 × u64. */
    @Override
    public @Nullable ProvidedBuffers provideBuffers(int group, int entries, int bufferBytes) {
        if (!view.isSince(5, 19)) {
            return null;
        }
        BufferRing provided = new BufferRing(group, entries, bufferBytes);
        MemorySegment registration = arena.allocate(40, Long.BYTES);
        registration.set(ValueLayout.JAVA_LONG, 0, provided.ringAddress());
        registration.set(ValueLayout.JAVA_INT, 8, provided.entries());
        registration.set(ValueLayout.JAVA_SHORT, 12, (short) group);
        if (Syscalls.register(fd, IORING_REGISTER_PBUF_RING, registration, 1) < 0) {
            provided.free();
            return null;
        }
        provided.fill();
        bufferRings.add(provided);
        return provided;
    }

    @Override
    public int registerBuffer(long address, long sizeBytes) {
        return features.has(RingFeature.BUFFER_TABLE) ? bufferTable.register(address, sizeBytes) : -Errno.EINVAL;
    }

    @Override
    public void unregisterBuffer(int number) {
        bufferTable.unregister(number);
    }

    @Override
    public void wake() {
        wakeUp.wake();
    }

    @Override
    public boolean armWake() {
        return wakePoll == null || wakePoll.arm(this);
    }

    @Override
    public int ownInFlight() {
        return wakePoll != null && wakePoll.isArmed() ? 1 : 0;
    }

    @Override
    public int ownInFlight(int opcode) {
        return opcode == IoUringAbi.IORING_OP_POLL_ADD ? ownInFlight() : 0;
    }

    @Override
    public void abandon() {
        abandoned = true;
        close();
    }

    @Override
    public void close() {
        if (!closed) {
            // Each of these does nothing the second time: where one throws, for want of memory, all are done once more.
            unregisterRing();
            wakeUp.close();
            rings.close();
            sqes.close();
            closed = true;
            Syscalls.close(fd);
            if (!abandoned) {
                bufferRings.forEach(BufferRing::free);
            }
        }
    }

    private static long ringBytes(RingParams params) {
        long sqBytes = params.sqArray() + (long) params.sqEntries() * Integer.BYTES;
        long cqBytes = params.cqes() + (long) params.cqEntries() * IoUringAbi.CQE_BYTES;
        return Math.max(sqBytes, cqBytes);
    }
}
