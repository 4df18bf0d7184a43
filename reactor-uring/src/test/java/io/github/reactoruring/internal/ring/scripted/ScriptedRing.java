package io.github.reactoruring.internal.ring.scripted;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.ring.CqeBatch;
import io.github.reactoruring.internal.ring.Descriptors;
import io.github.reactoruring.internal.ring.ProvidedBuffers;
import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.RingFeatures;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.ring.kernel.BufferRing;
import io.github.reactoruring.internal.ring.kernel.KernelDescriptors;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * A ring whose kernel is written in Java: one thread, deterministic, its own clock. What the real kernel leaves open, a
 * {@link KernelBehaviour} decides; what the library must not do is a violation.
 *
 * <p>A wait that nothing can end fails the test at once instead of hanging it.
 */
public final class ScriptedRing implements Ring {

    private static final long ENTER_NANOS = 1_000;
    private static final int ALL_OPCODES = IoUringAbi.IORING_OP_PIPE + 1;

    private final RingFeatures features;
    private final Violations violations = new Violations();
    private final FileTable fileTable = new FileTable(violations);
    private final SubmissionSide submissions;
    private final CompletionSide completions;
    private final ScriptedKernel kernel;
    private final CheckedMemory memory;
    private final ScriptedWakeUp wakeUp;
    private final EnterScript script;
    private Descriptors descriptors = new KernelDescriptors();
    private final List<SqeBytes> taken = new ArrayList<>();
    private BooleanSupplier whenIdle = () -> false;
    private @Nullable Thread owner;
    private int enters;
    private boolean closed;
    private long nowNanos = 1_000_000_000;

    /** Opens a ring of a kernel that can everything. */
    public ScriptedRing(int submissionEntries, int completionEntries) {
        this(submissionEntries, completionEntries, EnumSet.allOf(RingFeature.class));
    }

    public ScriptedRing(int submissionEntries, int completionEntries, Set<RingFeature> known) {
        BitSet opcodes = new BitSet();
        opcodes.set(0, ALL_OPCODES);
        features = new RingFeatures(known, opcodes);
        submissions = new SubmissionSide(submissionEntries, violations);
        completions = new CompletionSide(completionEntries, violations);
        memory = new CheckedMemory(violations, (address, bytes) -> kernel().memoryUser(address, bytes));
        kernel = new ScriptedKernel(completions, features, fileTable, memory, violations);
        wakeUp = new ScriptedWakeUp(features.has(RingFeature.SEND_MSG_RING), kernel, completions,
                fileTable);
        script = new EnterScript(kernel);
    }

    // ---- For the tests

    public Violations violations() {
        return violations;
    }

    public CheckedMemory memory() {
        return memory;
    }

    public FileTable files() {
        return fileTable;
    }

    public ScriptedKernel kernel() {
        return kernel;
    }

    public ScriptedRing behaviour(KernelBehaviour behaviour) {
        kernel.behaviour(behaviour);
        return this;
    }

    /** Has questions about descriptors, and calls on them, answered so. */
    public void descriptors(Descriptors answering) {
        descriptors = answering;
    }

    public ScriptedRing mayRepeat(LongPredicate userData) {
        completions.mayRepeat(userData);
        return this;
    }

    /** Returns the requests of one opcode in flight. */
    public List<KernelRequest> inFlight(int opcode) {
        return kernel.inFlight().stream().filter(request -> request.opcode() == opcode).toList();
    }

    /** Describes what is in flight, in a line. */
    public String inFlightSummary() {
        List<KernelRequest> all = kernel.inFlight();
        return all.size() + " requests, " + all.subList(0, Math.min(all.size(), 5));
    }

    /** Returns every SQE the kernel took, in order. */
    public List<SqeBytes> taken() {
        return taken;
    }

    public List<SqeBytes> taken(int opcode) {
        return taken.stream().filter(sqe -> sqe.opcode() == opcode).toList();
    }

    public List<CancelRecord> cancels() {
        return kernel.cancels();
    }

    public int enters() {
        return enters;
    }

    /** Returns the eventfd that wake-ups go through, or -1. */
    public int wakeDescriptor() {
        return wakeUp.descriptor();
    }

    /** Returns how often {@link #wake()} was called. */
    public int wakes() {
        return wakeUp.count();
    }

    public boolean isClosed() {
        return closed;
    }

    /** Refuses the coming enters, one errno each, before they take anything. */
    public void refuseEnter(int... errnos) {
        script.refuse(errnos);
    }

    /** Fails the coming waits, or the coming enters without an SQE. */
    public void failWait(int... errnos) {
        script.failWait(errnos);
    }

    /** Bounds what the coming enters take. */
    public void takeAtMost(int... limits) {
        script.takeAtMost(limits);
    }

    /** Posts a completion of the test's own. */
    public void post(long userData, int result, int flags) {
        completions.post(userData, result, flags);
    }

    /** Loses what is in the overflow list, and says so in the next enter that can. */
    public void loseOverflow() {
        if (completions.dropOverflow() > 0) {
            script.failWait(Errno.EBADR);
        }
    }

    /** Lets time pass. */
    public void advance(long nanos) {
        nowNanos += nanos;
        kernel.time(nowNanos);
    }

    /** Runs in each wake-up, on the thread that wakes. */
    public void onWake(Runnable action) {
        wakeUp.onWake(action);
    }

    /** Runs when the owner would sleep for ever; false fails the test. */
    public void whenIdle(BooleanSupplier something) {
        whenIdle = something;
    }

    // ---- Ring

    @Override
    public RingFeatures features() {
        return features;
    }

    @Override
    public Descriptors descriptors() {
        return descriptors;
    }

    @Override
    public int submissionCapacity() {
        return submissions.capacity();
    }

    @Override
    public int completionCapacity() {
        return completions.capacity();
    }

    @Override
    public int enable() {
        owner = Thread.currentThread();
        return 0;
    }

    @Override
    public @Nullable Sqe nextSqe() {
        requireOwner("nextSqe");
        return submissions.next();
    }

    @Override
    public Sqe stageAnew(int index) {
        requireOwner("stageAnew");
        return submissions.anew(index);
    }

    @Override
    public int staged() {
        return submissions.staged();
    }

    @Override
    public int enter(boolean submit, int minComplete, long timeoutNanos) {
        requireOwner("enter");
        enters++;
        nowNanos += ENTER_NANOS;
        kernel.time(nowNanos);
        submissions.checkLeftOver();
        int offered = submit ? staged() : 0;
        int refused = script.refusal(offered);
        if (refused < 0) {
            submissions.keepLeftOver();
            return refused;
        }
        int submitted = submit(offered);
        submissions.keepLeftOver();
        if (submitted < offered) {
            // Then the kernel does not look for events either.
            return submitted == 0 ? -Errno.EAGAIN : submitted;
        }
        int waited = getEvents(minComplete, timeoutNanos, submitted == 0);
        return submitted > 0 ? submitted : waited;
    }

    private int submit(int offered) {
        int limit = script.limit(offered);
        if (limit > 0 && completions.overflowed()) {
            violations.add("SQEs were submitted while the kernel held back completions");
        }
        kernel.beginSubmission();
        int submitted = 0;
        boolean goOn = true;
        while (submitted < limit && goOn) {
            SqeBytes sqe = submissions.take();
            taken.add(sqe);
            submitted++;
            goOn = kernel.take(sqe);
            wakeUp.armed(sqe);
        }
        kernel.endSubmission();
        return submitted;
    }

    private int getEvents(int minComplete, long timeoutNanos, boolean mayFail) {
        wakeUp.deliver();
        kernel.behaviour().progress(kernel);
        runEvents();
        long deadline = timeoutNanos < 0 ? Long.MAX_VALUE : nowNanos + timeoutNanos;
        int wanted = Math.min(minComplete, completions.capacity());
        // An error is told only where the number of SQEs taken is not.
        int failure = mayFail && completions.readyCount() < wanted ? script.waitFailure() : 0;
        while (failure == 0 && completions.readyCount() < wanted) {
            if (!somethingHappens(deadline)) {
                failure = -Errno.ETIME;
            }
            wakeUp.deliver();
            runEvents();
        }
        return failure;
    }

    private void runEvents() {
        kernel.runTaskWork(kernel.behaviour().taskWorkPerEnter());
        completions.flushOverflow();
    }

    /** Sleeps until something has happened; false when the time was over first. */
    private boolean somethingHappens(long deadline) {
        if (wakeUp.isPending() || kernel.taskWorkPending()) {
            return true;
        }
        if (deadline <= nowNanos) {
            return false;
        }
        if (kernel.behaviour().progressWhileWaiting(kernel)) {
            return true;
        }
        long next = Math.min(kernel.nextDeadlineNanos(), deadline);
        if (next != Long.MAX_VALUE) {
            nowNanos = Math.max(nowNanos, next);
            kernel.time(nowNanos);
            return next < deadline || kernel.taskWorkPending();
        }
        if (!whenIdle.getAsBoolean()) {
            throw new AssertionError("The owner sleeps for ever, with in flight: " + inFlightSummary());
        }
        return true;
    }

    @Override
    public int reap(CqeBatch into) {
        requireOwner("reap");
        int first = into.size();
        int count = completions.reap(into);
        wakeUp.reaped(into, first);
        return count;
    }

    @Override
    public boolean completionsReady() {
        return completions.readyCount() > 0;
    }

    @Override
    public boolean taskWorkPending() {
        boolean flagged = features.has(RingFeature.DEFER_TASKRUN) || features.has(RingFeature.COOP_TASKRUN);
        return flagged && (kernel.taskWorkPending() || wakeUp.isPending());
    }

    @Override
    public boolean overflowed() {
        return completions.overflowed();
    }

    @Override
    public void wake() {
        wakeUp.wake();
    }

    @Override
    public boolean armWake() {
        requireOwner("armWake");
        return wakeUp.arm(this);
    }

    @Override
    public int ownInFlight() {
        return wakeUp.ownInFlight();
    }

    @Override
    public int ownInFlight(int opcode) {
        return opcode == IoUringAbi.IORING_OP_POLL_ADD ? wakeUp.ownInFlight() : 0;
    }

    @Override
    public long nanoTime() {
        return nowNanos;
    }

    @Override
    public int registerFileTable(int slots) {
        requireOwner("registerFileTable");
        return features.has(RingFeature.CANCEL_ALL_FD_ANY) ? 0 : -Errno.EINVAL;
    }

    @Override
    public @Nullable ProvidedBuffers provideBuffers(int group, int entries, int bufferBytes) {
        requireOwner("provideBuffers");
        BufferRing buffers = new BufferRing(group, entries, bufferBytes);
        buffers.fill();
        kernel.provided().add(buffers);
        return buffers;
    }

    @Override
    public int registerBuffer(long address, long sizeBytes) {
        requireOwner("registerBuffer");
        if (!features.has(RingFeature.BUFFER_TABLE)) {
            return -Errno.EINVAL;
        }
        int number = kernel.registered().register(address, sizeBytes);
        if (number >= 0) {
            memory.register(CheckedMemory.segment(address, sizeBytes));
        }
        return number;
    }

    @Override
    public void unregisterBuffer(int number) {
        requireOwner("unregisterBuffer");
        kernel.registered().unregister(number).ifPresent(memory::unregister);
    }

    @Override
    public void abandon() {
        closed = true;
        fileTable.closeRealOnes();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (!kernel.inFlight().stream().allMatch(wakeUp::isOwn)) {
            violations.add("the ring was closed with requests in flight: " + inFlightSummary());
        }
        if (kernel.provided().out() > 0) {
            violations.add(kernel.provided().out() + " provided buffers were not given back");
        }
        kernel.provided().freeAll();
        fileTable.closeRealOnes();
    }

    private void requireOwner(String call) {
        if (Thread.currentThread() != owner || closed) {
            violations.add(call + (closed ? " after close" : " on " + Thread.currentThread() + ", owner " + owner));
        }
    }
}
