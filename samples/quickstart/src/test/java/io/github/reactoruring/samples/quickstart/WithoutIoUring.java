package io.github.reactoruring.samples.quickstart;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Runs the sample as a container's default seccomp profile would have it: io_uring_setup(2) fails with EPERM. */
final class WithoutIoUring {

    private static final int PR_SET_SECCOMP = 22;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final long SECCOMP_MODE_FILTER = 2;
    private static final int SYS_IO_URING_SETUP = 425;
    private static final int EPERM = 1;

    /** struct sock_filter: code u16, jt u8, jf u8, k u32. Loads the number of the call, compares, returns a verdict. */
    private static final long[] FILTER = {
            instruction(0x20, 0, 0, 0),
            instruction(0x15, 0, 1, SYS_IO_URING_SETUP),
            instruction(0x06, 0, 0, 0x0005_0000 | EPERM),
            instruction(0x06, 0, 0, 0x7fff_0000)};

    private WithoutIoUring() {
    }

    public static void main(String[] args) throws Throwable {
        Linker linker = Linker.nativeLinker();
        MethodHandle prctl = linker.downcallHandle(linker.defaultLookup().find("prctl").orElseThrow(),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment program = arena.allocate(16, Long.BYTES);
            program.set(ValueLayout.JAVA_SHORT, 0, (short) FILTER.length);
            program.set(ValueLayout.JAVA_LONG, 8, arena.allocateFrom(ValueLayout.JAVA_LONG, FILTER).address());
            // This thread and those it starts from here on: all that will try to open a ring.
            check((int) prctl.invokeExact(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L));
            check((int) prctl.invokeExact(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program.address(), 0L, 0L));
        }
        Quickstart.main(args);
    }

    private static void check(int result) {
        if (result != 0) {
            throw new IllegalStateException("prctl failed");
        }
    }

    private static long instruction(int code, int jumpIfTrue, int jumpIfFalse, int k) {
        return (long) k << 32 | (long) jumpIfFalse << 24 | (long) jumpIfTrue << 16 | code;
    }
}
