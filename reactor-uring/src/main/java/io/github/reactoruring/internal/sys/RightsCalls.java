package io.github.reactoruring.internal.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/**
 * Calls the kernel for who may do what with a file: owner, mode, access control list. Results are those of
 * {@link Syscalls}. io_uring has no operations for them, and all may block.
 */
public final class RightsCalls {

    private static final MethodHandle FCHMOD = Downcalls.capturing("fchmod", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT);
    private static final MethodHandle FCHOWN = Downcalls.capturing("fchown", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    private static final MethodHandle GETXATTR = Downcalls.capturing("getxattr", ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
    private static final MethodHandle FSETXATTR = Downcalls.capturing("fsetxattr", ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT);
    private static final MethodHandle FREMOVEXATTR = Downcalls.capturing("fremovexattr", ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG);

    private RightsCalls() {
    }

    /** Calls fchmod(2). */
    public static int changeMode(int fd, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Downcalls.errnoState(arena);
            return (int) Downcalls.resultOrErrno((int) FCHMOD.invokeExact(state, fd, mode), state);
        } catch (Throwable t) {
            throw Syscalls.unexpected(t);
        }
    }

    /** Calls fchown(2); -1 leaves a user or a group as it is. */
    public static int changeOwner(int fd, int user, int group) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Downcalls.errnoState(arena);
            return (int) Downcalls.resultOrErrno((int) FCHOWN.invokeExact(state, fd, user, group), state);
        } catch (Throwable t) {
            throw Syscalls.unexpected(t);
        }
    }

    /** Calls getxattr(2), which follows a symbolic link. */
    public static long attribute(String path, String name, MemorySegment into) {
        MemorySegment nativePath = CString.allocate(path);
        MemorySegment nativeName = CString.allocate(name);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Downcalls.errnoState(arena);
            return Downcalls.resultOrErrno((long) GETXATTR.invokeExact(state, nativePath.address(),
                    nativeName.address(), into.address(), into.byteSize()), state);
        } catch (Throwable t) {
            throw Syscalls.unexpected(t);
        } finally {
            Reference.reachabilityFence(into);
            NativeMemory.free(nativePath);
            NativeMemory.free(nativeName);
        }
    }

    /** Calls fsetxattr(2). */
    public static int setAttribute(int fd, String name, MemorySegment value) {
        MemorySegment nativeName = CString.allocate(name);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Downcalls.errnoState(arena);
            return (int) Downcalls.resultOrErrno((int) FSETXATTR.invokeExact(state, fd, nativeName.address(),
                    value.address(), value.byteSize(), 0), state);
        } catch (Throwable t) {
            throw Syscalls.unexpected(t);
        } finally {
            Reference.reachabilityFence(value);
            NativeMemory.free(nativeName);
        }
    }

    /** Calls fremovexattr(2). */
    public static int removeAttribute(int fd, String name) {
        MemorySegment nativeName = CString.allocate(name);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Downcalls.errnoState(arena);
            return (int) Downcalls.resultOrErrno((int) FREMOVEXATTR.invokeExact(state, fd, nativeName.address()),
                    state);
        } catch (Throwable t) {
            throw Syscalls.unexpected(t);
        } finally {
            NativeMemory.free(nativeName);
        }
    }
}
