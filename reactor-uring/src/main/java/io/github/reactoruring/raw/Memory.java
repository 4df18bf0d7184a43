package io.github.reactoruring.raw;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/** Holds the memory that an {@link Operation} points to, so that it stays reachable. Immutable. */
record Memory(@Nullable MemorySegment addr, @Nullable MemorySegment addr2, @Nullable MemorySegment addr3,
        List<MemorySegment> nested) {

    static final Memory NONE = new Memory(null, null, null, List.of());

    Memory withAddr(@Nullable MemorySegment value) {
        return new Memory(value, addr2, addr3, nested);
    }

    Memory withAddr2(@Nullable MemorySegment value) {
        return new Memory(addr, value, addr3, nested);
    }

    Memory withAddr3(@Nullable MemorySegment value) {
        return new Memory(addr, addr2, value, nested);
    }

    Memory withNested(MemorySegment... more) {
        List<MemorySegment> all = new ArrayList<>(nested);
        for (MemorySegment segment : more) {
            address(Objects.requireNonNull(segment, "nested"));
            all.add(segment);
        }
        return new Memory(addr, addr2, addr3, List.copyOf(all));
    }

    /** Returns the address of memory that the kernel can use, as far as that can be seen. */
    static long address(MemorySegment segment) {
        if (!segment.isNative()) {
            throw new IllegalArgumentException("The kernel needs native memory: allocate the segment from an Arena");
        }
        if (!segment.scope().isAlive()) {
            throw new IllegalArgumentException("The memory's arena is closed already");
        }
        if (!segment.isAccessibleBy(Thread.currentThread())) {
            throw new IllegalArgumentException("The memory's arena is confined to another thread, which may close it at"
                    + " any time: use Arena.ofAuto() or Arena.ofShared()");
        }
        return segment.address();
    }

    /** Checks that the memory is still there. */
    void check(Opcode opcode) {
        check(opcode, addr);
        check(opcode, addr2);
        check(opcode, addr3);
        for (int i = 0; i < nested.size(); i++) {
            check(opcode, Objects.requireNonNull(nested.get(i)));
        }
    }

    private static void check(Opcode opcode, @Nullable MemorySegment segment) {
        if (segment != null && !segment.scope().isAlive()) {
            throw new IllegalStateException("The arena of memory that " + opcode + " points to was closed before it was"
                    + " submitted: keep it open until onRelease");
        }
    }
}
