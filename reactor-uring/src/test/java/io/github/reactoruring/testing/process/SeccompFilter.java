package io.github.reactoruring.testing.process;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Denies the calling thread, and those it starts from then on, io_uring system calls, as containers do. */
public final class SeccompFilter {

    public static final int SYS_IO_URING_SETUP = 425;
    public static final int SYS_IO_URING_REGISTER = 427;

    private static final int PR_SET_SECCOMP = 22;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final long SECCOMP_MODE_FILTER = 2;
    private static final short LOAD_WORD = 0x20;
    private static final short JUMP_IF_GREATER_OR_EQUAL = 0x35;
    private static final short JUMP_IF_GREATER = 0x25;
    private static final short RETURN = 0x06;
    private static final int RET_ALLOW = 0x7fff0000;
    private static final int RET_ERRNO = 0x00050000;

    private SeccompFilter() {
    }

    /** Answers io_uring_setup, io_uring_enter and io_uring_register with {@code errno}. */
    public static void denyUring(int errno) throws Throwable {
        deny(errno, SYS_IO_URING_SETUP, SYS_IO_URING_REGISTER);
    }

    /** Answers the system calls of the numbers {@code first} to {@code last} with {@code errno}. */
    public static void deny(int errno, int first, int last) throws Throwable {
        Linker linker = Linker.nativeLinker();
        MethodHandle prctl = linker.downcallHandle(linker.defaultLookup().find("prctl").orElseThrow(),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
        try (Arena arena = Arena.ofConfined()) {
            // struct sock_filter: code u16, jump-if-true u8, jump-if-false u8, k u32.
            MemorySegment filter = arena.allocate(5 * 8, 8);
            instruction(filter, 0, LOAD_WORD, 0, 0, 0);
            instruction(filter, 1, JUMP_IF_GREATER_OR_EQUAL, 0, 2, first);
            instruction(filter, 2, JUMP_IF_GREATER, 1, 0, last);
            instruction(filter, 3, RETURN, 0, 0, RET_ERRNO | errno);
            instruction(filter, 4, RETURN, 0, 0, RET_ALLOW);
            // struct sock_fprog: len u16, pointer at 8.
            MemorySegment program = arena.allocate(16, 8);
            program.set(ValueLayout.JAVA_SHORT, 0, (short) 5);
            program.set(ValueLayout.JAVA_LONG, 8, filter.address());
            check((int) prctl.invokeExact(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L));
            check((int) prctl.invokeExact(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program.address(), 0L, 0L));
        }
    }

    private static void instruction(MemorySegment filter, int index, short code, int ifTrue, int ifFalse, int k) {
        filter.set(ValueLayout.JAVA_SHORT, index * 8L, code);
        filter.set(ValueLayout.JAVA_BYTE, index * 8L + 2, (byte) ifTrue);
        filter.set(ValueLayout.JAVA_BYTE, index * 8L + 3, (byte) ifFalse);
        filter.set(ValueLayout.JAVA_INT, index * 8L + 4, k);
    }

    private static void check(int result) {
        if (result != 0) {
            throw new IllegalStateException("prctl failed: seccomp filters are not to be had");
        }
    }
}
