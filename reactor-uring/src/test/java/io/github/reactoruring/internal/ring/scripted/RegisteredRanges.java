package io.github.reactoruring.internal.ring.scripted;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

import io.github.reactoruring.internal.ring.SqeBytes;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.IoUringAbi;

/** The scripted kernel's table of registered buffers: refuses what lies outside, and knows what is still used. */
final class RegisteredRanges {

    private record Range(long address, long bytes) {
    }

    private final Violations violations;
    private final ScriptedKernel kernel;
    private final List<Range> slots = new ArrayList<>();
    private int refusal;

    RegisteredRanges(ScriptedKernel kernel, Violations violations) {
        this.kernel = kernel;
        this.violations = violations;
    }

    /** Refuses the coming registrations with a negated errno; zero refuses no more. */
    void refuse(int result) {
        refusal = result;
    }

    int register(long address, long bytes) {
        if (refusal < 0) {
            return refusal;
        }
        int free = slots.indexOf(null);
        if (free < 0) {
            free = slots.size();
            slots.add(null);
        }
        slots.set(free, new Range(address, bytes));
        return free;
    }

    /** Returns the address of what was registered. */
    OptionalLong unregister(int slot) {
        Range range = slot < slots.size() ? slots.get(slot) : null;
        if (range == null) {
            violations.add("buffer " + slot + " was unregistered and is not registered");
            return OptionalLong.empty();
        }
        for (KernelRequest request : kernel.eachInFlight()) {
            if (isFixed(request.sqe()) && request.sqe().bufIndex() == slot) {
                violations.add("buffer " + slot + " was unregistered under " + request);
            }
        }
        slots.set(slot, null);
        return OptionalLong.of(range.address);
    }

    int count() {
        return (int) slots.stream().filter(range -> range != null).count();
    }

    /** Says what the preparation answers: zero or a negated errno. */
    int prepare(SqeBytes sqe) {
        if (!isFixed(sqe)) {
            return 0;
        }
        Range range = sqe.bufIndex() < slots.size() ? slots.get(sqe.bufIndex()) : null;
        boolean inside = range != null && sqe.addr() >= range.address
                && sqe.addr() + sqe.len() <= range.address + range.bytes;
        return inside ? 0 : -Errno.EFAULT;
    }

    private static boolean isFixed(SqeBytes sqe) {
        return sqe.opcode() == IoUringAbi.IORING_OP_READ_FIXED || sqe.opcode() == IoUringAbi.IORING_OP_WRITE_FIXED;
    }
}
