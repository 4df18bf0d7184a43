package io.github.reactoruring.internal.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/**
 * Calls the kernel. Every method returns the kernel's own convention: a result of zero or more, or a
 * negated errno; none throws for a failed call.
 *
 * <p>Memory that is passed as a segment stays reachable until the call is over, which its mere address would not see to: the
 * caller may have no more use for it by then. What is passed as an address the caller keeps; and what io_uring goes on using
 * whoever asked for that, until the final CQE.
 */
public final class Syscalls {

    /** The io_uring numbers are those of every architecture that Linux added since 5.0. */
    private static final long SYS_IO_URING_SETUP = 425;
    private static final long SYS_IO_URING_ENTER = 426;
    private static final long SYS_IO_URING_REGISTER = 427;

    private static final MethodHandle SETUP = Downcalls.syscall(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG);
    private static final MethodHandle ENTER = Downcalls.syscall(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
    private static final MethodHandle REGISTER = Downcalls.syscall(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT);
    private static final MethodHandle EVENTFD = Downcalls.capturing("eventfd", ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    private static final MethodHandle PIPE2 = Downcalls.capturing("pipe2", ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT);
    private static final MethodHandle CLOSE = Downcalls.capturing("close", ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT);
    private static final MethodHandle READ = Downcalls.capturing("read", ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
    private static final MethodHandle WRITE = Downcalls.capturing("write", ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
    private static final MethodHandle STATX = Downcalls.capturing("statx", ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG);
    private static final MethodHandle FTRUNCATE = Downcalls.capturing("ftruncate", ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG);
    private static final MethodHandle MMAP = Downcalls.capturing("mmap", ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG);
    private static final MethodHandle MUNMAP = Downcalls.capturing("munmap", ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
    private static final MethodHandle GETPAGESIZE = Downcalls.plain("getpagesize",
            FunctionDescriptor.of(ValueLayout.JAVA_INT));

    private Syscalls() {
    }

    /** Allocates the errno state that {@link #enter} and others take; one for each thread that calls. */
    public static MemorySegment errnoState(Arena arena) {
        return Downcalls.errnoState(arena);
    }

    /** Calls io_uring_setup(2). */
    public static int setup(int entries, MemorySegment params) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = errnoState(arena);
            return (int) Downcalls.resultOrErrno(
                    (long) SETUP.invokeExact(state, SYS_IO_URING_SETUP, entries, params.address()), state);
        } catch (Throwable t) {
            throw unexpected(t);
        } finally {
            Reference.reachabilityFence(params);
        }
    }

    /** Calls io_uring_enter(2) with the caller's own errno state: the hot call allocates nothing. */
    public static int enter(MemorySegment state, int fd, int toSubmit, int minComplete, int flags, long argument,
            long argumentSize) {
        try {
            return (int) Downcalls.resultOrErrno((long) ENTER.invokeExact(state, SYS_IO_URING_ENTER, fd, toSubmit,
                    minComplete, flags, argument, argumentSize), state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Calls io_uring_register(2) with what it is given at {@code argument}. */
    public static int register(int fd, int opcode, MemorySegment argument, int count) {
        try {
            return register(fd, opcode, argument.address(), count);
        } finally {
            Reference.reachabilityFence(argument);
        }
    }

    /** Calls io_uring_register(2) without an argument. */
    public static int register(int fd, int opcode) {
        return register(fd, opcode, 0, 0);
    }

    private static int register(int fd, int opcode, long argument, int count) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = errnoState(arena);
            return (int) Downcalls.resultOrErrno(
                    (long) REGISTER.invokeExact(state, SYS_IO_URING_REGISTER, fd, opcode, argument, count), state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Calls eventfd(2). */
    public static int eventfd(int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = errnoState(arena);
            return (int) Downcalls.resultOrErrno((int) EVENTFD.invokeExact(state, 0, flags), state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Calls pipe2(2); the read end goes to {@code ends[0]}, the write end to {@code ends[1]}. */
    public static int pipe2(int[] ends, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = errnoState(arena);
            MemorySegment pair = arena.allocate(ValueLayout.JAVA_INT, 2);
            int result = (int) Downcalls.resultOrErrno((int) PIPE2.invokeExact(state, pair.address(), flags), state);
            if (result == 0) {
                ends[0] = pair.getAtIndex(ValueLayout.JAVA_INT, 0);
                ends[1] = pair.getAtIndex(ValueLayout.JAVA_INT, 1);
            }
            return result;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Calls close(2). */
    public static int close(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = errnoState(arena);
            return (int) Downcalls.resultOrErrno((int) CLOSE.invokeExact(state, fd), state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Calls read(2). */
    public static long read(int fd, MemorySegment into) {
        try (Arena arena = Arena.ofConfined()) {
            return read(errnoState(arena), fd, into);
        }
    }

    /** Calls read(2) with the caller's own errno state, allocating nothing. */
    public static long read(MemorySegment state, int fd, MemorySegment into) {
        try {
            return Downcalls.resultOrErrno((long) READ.invokeExact(state, fd, into.address(), into.byteSize()), state);
        } catch (Throwable t) {
            throw unexpected(t);
        } finally {
            Reference.reachabilityFence(into);
        }
    }

    /** Calls write(2). */
    public static long write(int fd, MemorySegment from) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = errnoState(arena);
            return Downcalls.resultOrErrno((long) WRITE.invokeExact(state, fd, from.address(), from.byteSize()),
                    state);
        } catch (Throwable t) {
            throw unexpected(t);
        } finally {
            Reference.reachabilityFence(from);
        }
    }

    /** Calls statx(2) on a path relative to {@code directory}. */
    public static int statx(int directory, MemorySegment path, int flags, int mask, MemorySegment buffer) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = errnoState(arena);
            return (int) Downcalls.resultOrErrno(
                    (int) STATX.invokeExact(state, directory, path.address(), flags, mask, buffer.address()), state);
        } catch (Throwable t) {
            throw unexpected(t);
        } finally {
            Reference.reachabilityFence(path);
            Reference.reachabilityFence(buffer);
        }
    }

    /** Calls ftruncate(2), which may block. */
    public static int ftruncate(int fd, long size) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = errnoState(arena);
            return (int) Downcalls.resultOrErrno((int) FTRUNCATE.invokeExact(state, fd, size), state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Returns the page size in bytes. */
    public static int pageSizeBytes() {
        try {
            return (int) GETPAGESIZE.invokeExact();
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Calls mmap(2); returns the address, or a negated errno. */
    static long mmap(long sizeBytes, int protection, int flags, int fd, long offset) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = errnoState(arena);
            return Downcalls.resultOrErrno(
                    (long) MMAP.invokeExact(state, 0L, sizeBytes, protection, flags, fd, offset), state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Calls munmap(2). */
    static int munmap(long address, long sizeBytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = errnoState(arena);
            return (int) Downcalls.resultOrErrno((int) MUNMAP.invokeExact(state, address, sizeBytes), state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** A downcall itself throws nothing; what arrives here is a broken JVM or a programming error. */
    static RuntimeException unexpected(Throwable t) {
        if (t instanceof Error error) {
            throw error;
        }
        return t instanceof RuntimeException runtime ? runtime : new IllegalStateException(t);
    }
}
