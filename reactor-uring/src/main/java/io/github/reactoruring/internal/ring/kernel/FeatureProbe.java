package io.github.reactoruring.internal.ring.kernel;

import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_ALL;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_FD;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_FD_FIXED;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_ASYNC_CANCEL_OP;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_FEAT_CQE_SKIP;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_FEAT_EXT_ARG;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_FEAT_RSRC_TAGS;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_LINK_TIMEOUT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_POLL_ADD;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_SOCKET;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_OP_TIMEOUT;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_REGISTER_PROBE;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_REGISTER_SYNC_CANCEL;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_SETUP_COOP_TASKRUN;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_SETUP_DEFER_TASKRUN;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_SETUP_NO_SQARRAY;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_SETUP_SINGLE_ISSUER;
import static io.github.reactoruring.internal.sys.IoUringAbi.IORING_SETUP_SUBMIT_ALL;
import static io.github.reactoruring.internal.sys.IoUringAbi.IO_URING_OP_SUPPORTED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.EnumSet;

import io.github.reactoruring.internal.ring.RingFeature;
import io.github.reactoruring.internal.ring.RingFeatures;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.ErrnoException;
import io.github.reactoruring.internal.sys.Syscalls;

/**
 * Asks the kernel what it can do, by trying: versions are never parsed, since distributions backport.
 *
 * <p>The cancel flags are tried through IORING_REGISTER_SYNC_CANCEL, which checks them as an ASYNC_CANCEL SQE
 * would (it came with FD_FIXED, in 6.0), on a ring where nothing is in flight.
 */
final class FeatureProbe {

    private static final int PROBED_OPCODES = 256;
    private static final int SYNC_CANCEL_BYTES = 64;

    private FeatureProbe() {
    }

    /**
     * Probes a new ring, still disabled.
     *
     * @throws ErrnoException if io_uring_register is refused: such a ring could not be enabled either
     */
    static RingFeatures probe(int ringFd, RingParams params, KernelView view) throws ErrnoException {
        BitSet opcodes = opcodes(ringFd, view);
        EnumSet<RingFeature> found = EnumSet.noneOf(RingFeature.class);
        int setup = params.flags();
        add(found, RingFeature.POLLS, opcodes.get(IORING_OP_POLL_ADD));
        add(found, RingFeature.LINKS, opcodes.get(IORING_OP_LINK_TIMEOUT));
        add(found, RingFeature.TIMERS, opcodes.get(IORING_OP_TIMEOUT));
        add(found, RingFeature.TIMED_WAIT, (params.features() & IORING_FEAT_EXT_ARG) != 0);
        add(found, RingFeature.CQE_SKIP, (params.features() & IORING_FEAT_CQE_SKIP) != 0);
        // No flag of the kernel's says so; this one came in the same release.
        add(found, RingFeature.MULTISHOT, (params.features() & IORING_FEAT_RSRC_TAGS) != 0);
        add(found, RingFeature.SUBMIT_ALL, (setup & IORING_SETUP_SUBMIT_ALL) != 0);
        // Its own register call falls back by itself where the kernel is older.
        add(found, RingFeature.REGISTERED_RING, true);
        add(found, RingFeature.COOP_TASKRUN, (setup & IORING_SETUP_COOP_TASKRUN) != 0);
        add(found, RingFeature.SINGLE_ISSUER, (setup & IORING_SETUP_SINGLE_ISSUER) != 0);
        add(found, RingFeature.DEFER_TASKRUN, (setup & IORING_SETUP_DEFER_TASKRUN) != 0);
        add(found, RingFeature.NO_SQARRAY, (setup & IORING_SETUP_NO_SQARRAY) != 0);
        // ALL, FD and ANY came in the same release as this opcode, and cannot be tried without an SQE.
        add(found, RingFeature.CANCEL_ALL_FD_ANY, opcodes.get(IORING_OP_SOCKET));
        add(found, RingFeature.CANCEL_FD_FIXED, takesCancel(ringFd,
                IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_FD_FIXED));
        add(found, RingFeature.CANCEL_OP, takesCancel(ringFd, IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_OP));
        // Found out by the first registrations.
        add(found, RingFeature.BUFFER_TABLE, true);
        add(found, RingFeature.DIRECT_DESCRIPTORS, true);
        // Found out by the first wake-up.
        add(found, RingFeature.SEND_MSG_RING, true);
        found.removeIf(feature -> !view.shows(feature));
        return new RingFeatures(found, opcodes);
    }

    private static BitSet opcodes(int ringFd, KernelView view) throws ErrnoException {
        BitSet opcodes = new BitSet();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment probe = arena.allocate(16 + PROBED_OPCODES * 8L, Long.BYTES);
            int result = Syscalls.register(ringFd, IORING_REGISTER_PROBE, probe, PROBED_OPCODES);
            if (result < 0) {
                throw new ErrnoException(-result, "io_uring_register");
            }
            int count = Byte.toUnsignedInt(probe.get(ValueLayout.JAVA_BYTE, 1));
            for (int i = 0; i < count; i++) {
                int opcode = Byte.toUnsignedInt(probe.get(ValueLayout.JAVA_BYTE, 16 + i * 8L));
                int flags = probe.get(ValueLayout.JAVA_SHORT, 16 + i * 8L + 2);
                opcodes.set(opcode, (flags & IO_URING_OP_SUPPORTED) != 0 && view.showsOpcode(opcode));
            }
        }
        return opcodes;
    }

    /** struct io_uring_sync_cancel_reg: addr u64, fd s32, flags u32, timeout 2 × s64, opcode u8, padding. */
    private static boolean takesCancel(int ringFd, int cancelFlags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cancel = arena.allocate(SYNC_CANCEL_BYTES, Long.BYTES);
            cancel.set(ValueLayout.JAVA_INT, 12, cancelFlags);
            cancel.set(ValueLayout.JAVA_LONG, 16, -1);
            cancel.set(ValueLayout.JAVA_LONG, 24, -1);
            return Syscalls.register(ringFd, IORING_REGISTER_SYNC_CANCEL, cancel, 1) != -Errno.EINVAL;
        }
    }

    private static void add(EnumSet<RingFeature> found, RingFeature feature, boolean present) {
        if (present) {
            found.add(feature);
        }
    }
}
