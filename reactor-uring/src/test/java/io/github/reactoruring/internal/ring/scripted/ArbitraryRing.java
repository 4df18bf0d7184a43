package io.github.reactoruring.internal.ring.scripted;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

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
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;
import io.github.reactoruring.internal.sys.NativeMemory;
import io.github.reactoruring.internal.sys.Statx;

/**
 * A ring whose kernel answers with whatever comes to its mind: any user_data, any result, any flags, in any number. It does
 * nothing that it was asked to, and writes to memory only when it is shown it, so that whatever it says is safe to believe.
 *
 * <p>Deterministic by its seed. One thread.
 */
public final class ArbitraryRing implements Ring, AutoCloseable {

    private static final int PROVIDED = 8;
    private static final int PROVIDED_BYTES = 64;
    private static final int MOST_BYTES_SHOWN = 4096;
    private static final int[] RESULTS = {0, 1, 2, 7, 16, 63, 64, 65, 255, 4096, 65_536, 1 << 20, Integer.MAX_VALUE,
            Integer.MIN_VALUE, -1, -4095, -Errno.ECANCELED, -Errno.EINTR, -Errno.ENOENT, -Errno.EALREADY, -Errno.EAGAIN,
            -Errno.ENOBUFS, -Errno.ETIME, -Errno.EINVAL, -Errno.EIO, -Errno.EBADF, -Errno.ENOSPC, -Errno.ERANGE,
            -Errno.ENODATA, -Errno.EEXIST, -Errno.EOPNOTSUPP, -Errno.EISDIR, -512, -1000, 512};

    private final Random random;
    private final Violations violations = new Violations();
    private final SubmissionSide submissions;
    private final RingFeatures features;
    private final Descriptors descriptors;
    private final List<Long> inFlight = new ArrayList<>();
    private final List<Long> over = new ArrayList<>();
    /** Those said to be over before they were handed in: their memory may be gone. */
    private final Set<Long> foretold = new HashSet<>();
    private final List<BufferRing> provided = new ArrayList<>();
    private final int lies;
    private boolean ending;
    private boolean closed;
    private boolean abandoned;
    private boolean woken;
    private long answers;
    private long nowNanos = 1_000_000_000;

    public ArbitraryRing(long seed, int submissionEntries) {
        random = new Random(seed);
        lies = random.nextInt(4);
        submissions = new SubmissionSide(submissionEntries, violations);
        BitSet opcodes = new BitSet();
        opcodes.set(0, IoUringAbi.IORING_OP_PIPE + 1);
        features = new RingFeatures(EnumSet.allOf(RingFeature.class), opcodes);
        descriptors = new ArbitraryDescriptors(random, this::result);
    }

    // ---- For the tests

    /** From now on answers, in each enter, all that is in flight, for the last time. */
    public void end() {
        ending = true;
    }

    public List<String> found() {
        return violations.found();
    }

    public boolean isClosed() {
        return closed;
    }

    public boolean isAbandoned() {
        return abandoned;
    }

    /** Returns how many completions there were. */
    public long answers() {
        return answers;
    }

    /** Returns a number as a kernel may answer it, or not. */
    private int result() {
        return random.nextInt(8) == 0 ? random.nextInt() : RESULTS[random.nextInt(RESULTS.length)];
    }

    private int flags() {
        int flags = random.nextInt(32) == 0 ? random.nextInt() : random.nextInt(32);
        if (random.nextBoolean()) {
            flags |= IoUringAbi.IORING_CQE_F_BUFFER;
        }
        int buffer = random.nextInt(8) == 0 ? random.nextInt(1 << 16) : random.nextInt(PROVIDED + 1);
        return flags & 0xffff | buffer << IoUringAbi.IORING_CQE_BUFFER_SHIFT;
    }

    private long userData() {
        return switch (random.nextInt(8)) {
            case 0 -> random.nextLong();
            case 1 -> WAKE_USER_DATA;
            case 2 -> random.nextInt(16);
            case 3 -> over.isEmpty() ? 0 : over.get(random.nextInt(over.size()));
            // Another generation, another slot, another kind of one in flight.
            case 4 -> any() + (1L << 24);
            case 5 -> any() + random.nextInt(3) - 1;
            case 6 -> any() ^ (long) random.nextInt(4) << 62;
            default -> any() & -1L >>> random.nextInt(64);
        };
    }

    private long any() {
        return inFlight.isEmpty() ? 0 : inFlight.get(random.nextInt(inFlight.size()));
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
        return 1024;
    }

    @Override
    public int enable() {
        return 0;
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
        nowNanos += 1_000;
        if (random.nextInt(16) == 0) {
            return random.nextBoolean() ? -Errno.EINTR : staged() > 0 ? -Errno.EAGAIN : -Errno.EINTR;
        }
        int taken = 0;
        while (submit && submissions.staged() > 0) {
            SqeBytes sqe = submissions.take();
            taken++;
            if (!foretold.remove(sqe.userData())) {
                show(sqe);
            }
            if (!sqe.has(IoUringAbi.IOSQE_CQE_SKIP_SUCCESS)) {
                inFlight.add(sqe.userData());
            }
        }
        return taken > 0 ? taken : minComplete > 0 && timeoutNanos >= 0 ? -Errno.ETIME : 0;
    }

    /** Writes to the memory of an operation while it is there: the status of a file, or what is read. */
    private void show(SqeBytes sqe) {
        long address = sqe.opcode() == IoUringAbi.IORING_OP_STATX ? sqe.off() : sqe.addr();
        int bytes = switch (sqe.opcode()) {
            case IoUringAbi.IORING_OP_STATX -> Statx.BYTES;
            case IoUringAbi.IORING_OP_READ, IoUringAbi.IORING_OP_GETXATTR, IoUringAbi.IORING_OP_FGETXATTR ->
                Math.min(sqe.len(), MOST_BYTES_SHOWN);
            default -> 0;
        };
        boolean transfers = sqe.opcode() == IoUringAbi.IORING_OP_READ || sqe.opcode() == IoUringAbi.IORING_OP_WRITE;
        if (transfers && sqe.len() < 0) {
            violations.add("a negative length: " + sqe);
        } else if (bytes > 0) {
            MemorySegment memory = NativeMemory.at(sqe.opcode() == IoUringAbi.IORING_OP_GETXATTR
                    || sqe.opcode() == IoUringAbi.IORING_OP_FGETXATTR ? sqe.off() : address, bytes);
            byte[] noise = new byte[bytes];
            random.nextBytes(noise);
            MemorySegment.copy(noise, 0, memory, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, bytes);
        }
    }

    @Override
    public int reap(CqeBatch into) {
        int first = into.size();
        if (woken) {
            woken = false;
            add(into, WAKE_USER_DATA, result(), flags());
        }
        int count = ending ? inFlight.size() : random.nextInt(6);
        for (int i = 0; i < count && !into.isFull(); i++) {
            if (!ending && random.nextInt(4) < lies) {
                answer(into, userData(), result(), flags());
            } else if (!inFlight.isEmpty()) {
                answer(into, any(), result(), ending ? flags() & ~IoUringAbi.IORING_CQE_F_MORE : flags());
            }
        }
        return into.size() - first;
    }

    private void answer(CqeBatch into, long userData, int result, int flags) {
        add(into, userData, result, flags);
        if ((flags & IoUringAbi.IORING_CQE_F_MORE) == 0) {
            if (inFlight.remove(userData)) {
                over.add(userData);
            } else {
                foretold.add(userData);
            }
        }
    }

    private void add(CqeBatch into, long userData, int result, int flags) {
        answers++;
        into.add(userData, result, flags);
    }

    @Override
    public boolean completionsReady() {
        return woken || !inFlight.isEmpty();
    }

    @Override
    public boolean taskWorkPending() {
        return false;
    }

    @Override
    public boolean overflowed() {
        return false;
    }

    @Override
    public long nanoTime() {
        return nowNanos;
    }

    @Override
    public int registerFileTable(int slots) {
        return 0;
    }

    @Override
    public @Nullable ProvidedBuffers provideBuffers(int group, int entries, int bufferBytes) {
        BufferRing buffers = new BufferRing(group, PROVIDED, PROVIDED_BYTES);
        buffers.fill();
        provided.add(buffers);
        return buffers;
    }

    @Override
    public int registerBuffer(long address, long sizeBytes) {
        return random.nextInt(4) - 1;
    }

    @Override
    public void unregisterBuffer(int number) {
        // Nothing is registered.
    }

    @Override
    public void wake() {
        woken = true;
    }

    @Override
    public boolean armWake() {
        return true;
    }

    @Override
    public int ownInFlight() {
        return 0;
    }

    @Override
    public int ownInFlight(int opcode) {
        return 0;
    }

    @Override
    public void abandon() {
        abandoned = true;
        close();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            provided.forEach(BufferRing::free);
        }
    }
}
