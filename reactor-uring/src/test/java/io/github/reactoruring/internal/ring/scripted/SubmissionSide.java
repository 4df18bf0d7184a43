package io.github.reactoruring.internal.ring.scripted;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.ring.Sqe;
import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.sys.IoUringAbi;

/**
 * The scripted kernel's submission queue. An entry is poisoned once it was taken, so that bytes left from its former life
 * show, and a write to it before it is handed out again.
 */
final class SubmissionSide {

    private static final byte POISON = (byte) 0xa5;
    private static final MemorySegment POISONED = MemorySegment.ofArray(new byte[IoUringAbi.SQE_BYTES]).fill(POISON);

    private final Violations violations;
    private final int capacity;
    private final MemorySegment entries;
    private final Sqe cursor;
    /** What the entries held that an enter offered and did not take; nothing where it was staged anew. */
    private final List<Optional<SqeBytes>> leftOver = new ArrayList<>();
    private int head;
    private int tail;

    SubmissionSide(int capacity, Violations violations) {
        this.capacity = capacity;
        this.violations = violations;
        entries = Arena.ofAuto().allocate((long) capacity * IoUringAbi.SQE_BYTES, Long.BYTES);
        entries.fill(POISON);
        cursor = new Sqe(entries);
    }

    int capacity() {
        return capacity;
    }

    int staged() {
        return tail - head;
    }

    @Nullable
    Sqe next() {
        if (staged() == capacity) {
            return null;
        }
        int index = tail++ & capacity - 1;
        if (entry(index).mismatch(POISONED) >= 0) {
            violations.add("an SQE was written after the kernel had taken it: " + SqeBytes.decode(entries, index));
        }
        return cursor.moveTo(index);
    }

    /** Hands out an entry that was staged, to be filled anew. */
    Sqe anew(int index) {
        if (index < 0 || index >= staged()) {
            violations.add("SQE " + index + " of " + staged() + " staged anew");
        }
        if (index < leftOver.size()) {
            leftOver.set(index, Optional.empty());
        }
        return cursor.moveTo(head + index & capacity - 1);
    }

    SqeBytes take() {
        int index = head++ & capacity - 1;
        SqeBytes sqe = SqeBytes.decode(entries, index);
        entry(index).fill(POISON);
        return sqe;
    }

    /** Remembers what was offered and not taken. */
    void keepLeftOver() {
        for (int i = head; i != tail; i++) {
            leftOver.add(Optional.of(SqeBytes.decode(entries, i & capacity - 1)));
        }
    }

    void checkLeftOver() {
        for (int i = 0; i < leftOver.size(); i++) {
            SqeBytes now = SqeBytes.decode(entries, head + i & capacity - 1);
            leftOver.get(i).filter(before -> !before.equals(now)).ifPresent(before -> violations
                    .add("an SQE was rewritten before the kernel took it: " + before + " → " + now));
        }
        leftOver.clear();
    }

    private MemorySegment entry(int index) {
        return entries.asSlice((long) index * IoUringAbi.SQE_BYTES, IoUringAbi.SQE_BYTES);
    }
}
