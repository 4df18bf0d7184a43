package io.github.reactoruring.internal.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Optional;

/** Makes method handles for C functions, and turns their errno into a negative result. */
@SuppressWarnings("restricted")
final class Downcalls {

    private static final String LIBC = "libc.so.6";
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private Downcalls() {
    }

    /** Binds {@code function}; the handle takes an errno state first. */
    static MethodHandle capturing(String function, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(address(function), FunctionDescriptor.of(result, arguments),
                Linker.Option.captureCallState("errno"));
    }

    /** Binds {@code long syscall(long number, ...)}; the handle takes an errno state first. */
    static MethodHandle syscall(MemoryLayout... variadicArguments) {
        MemoryLayout[] arguments = new MemoryLayout[variadicArguments.length + 1];
        arguments[0] = ValueLayout.JAVA_LONG;
        System.arraycopy(variadicArguments, 0, arguments, 1, variadicArguments.length);
        return LINKER.downcallHandle(address("syscall"), FunctionDescriptor.of(ValueLayout.JAVA_LONG, arguments),
                Linker.Option.captureCallState("errno"), Linker.Option.firstVariadicArg(1));
    }

    /** Binds {@code function} without capturing errno. */
    static MethodHandle plain(String function, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(address(function), descriptor);
    }

    /** Allocates the memory a capturing handle writes errno to. */
    static MemorySegment errnoState(Arena arena) {
        return arena.allocate(STATE);
    }

    /** Returns {@code result}, or the negated errno where the call failed. */
    static long resultOrErrno(long result, MemorySegment state) {
        return result == -1 ? -(int) ERRNO.get(state, 0L) : result;
    }

    private static MemorySegment address(String function) {
        return LINKER.defaultLookup().find(function).or(() -> findLoaded(function)).orElseThrow(
                () -> new UnsatisfiedLinkError("The C library has no function " + function + "()"));
    }

    /**
     * Asks the C library that the process has. The linker's own look-up opens a library of the JDK's, and has nothing, for good,
     * where too many files were open just then.
     */
    private static Optional<MemorySegment> findLoaded(String function) {
        try {
            return SymbolLookup.libraryLookup(LIBC, Arena.global()).find(function);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
