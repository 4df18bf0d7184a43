package io.github.reactoruring.samples.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.EnumSet;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.ring.CqeBatch;
import io.github.reactoruring.internal.ring.Descriptors;
import io.github.reactoruring.internal.ring.ProvidedBuffers;
import io.github.reactoruring.internal.ring.Ring;
import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.RingFeatures;
import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.sys.IoUringAbi;

/** Completes whatever is submitted at once and in full, so that what is left to measure is the library. */
final class KernellessRing implements Ring {

    private static final int ENTRIES = 512;
    private static final int MASK = ENTRIES - 1;

    private final MemorySegment entries = Arena.ofAuto().allocate((long) ENTRIES * IoUringAbi.SQE_BYTES, 64);
    private final Sqe sqe = new Sqe(entries);
    private final RingFeatures features;
    private int head;
    private int submitted;
    private int tail;

    KernellessRing() {
        BitSet opcodes = new BitSet();
        opcodes.set(0, 64);
        features = new RingFeatures(EnumSet.allOf(RingFeature.class), opcodes);
    }

    @Override
    public RingFeatures features() {
        return features;
    }

    @Override
    public Descriptors descriptors() {
        throw new UnsupportedOperationException("It opens none");
    }

    @Override
    public int submissionCapacity() {
        return ENTRIES;
    }

    @Override
    public int completionCapacity() {
        return ENTRIES;
    }

    @Override
    public int enable() {
        return 0;
    }

    @Override
    public @Nullable Sqe nextSqe() {
        return tail - head == ENTRIES ? null : sqe.moveTo(tail++ & MASK);
    }

    @Override
    public Sqe stageAnew(int index) {
        return sqe.moveTo(submitted + index & MASK);
    }

    @Override
    public int staged() {
        return tail - submitted;
    }

    @Override
    public int enter(boolean submit, int minComplete, long timeoutNanos) {
        int count = tail - submitted;
        submitted = tail;
        return count;
    }

    @Override
    public int reap(CqeBatch into) {
        int first = head;
        while (head != submitted && !into.isFull()) {
            long at = (long) (head++ & MASK) * IoUringAbi.SQE_BYTES;
            into.add(entries.get(ValueLayout.JAVA_LONG, at + 32), entries.get(ValueLayout.JAVA_INT, at + 24), 0);
        }
        return head - first;
    }

    @Override
    public boolean completionsReady() {
        return head != submitted;
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
    public int registerFileTable(int slots) {
        return 0;
    }

    @Override
    public @Nullable ProvidedBuffers provideBuffers(int group, int count, int bufferBytes) {
        return null;
    }

    @Override
    public int registerBuffer(long address, long sizeBytes) {
        return 0;
    }

    @Override
    public void unregisterBuffer(int number) {
        // It keeps none.
    }

    @Override
    public void wake() {
        // The owner does not sleep.
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
        // As close().
    }

    @Override
    public void close() {
        // Garbage-collected.
    }
}
