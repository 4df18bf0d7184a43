package io.github.reactoruring.internal.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/**
 * Calls the kernel for what io_uring has no operation for: reading directories, inotify, listing and removing extended
 * attributes. Results are those of {@link Syscalls}.
 *
 * <p>All of them but {@link #inotifyInit} may block: they look at a disk or a server.
 */
public final class FileCalls {

    private static final long SYS_GETDENTS64 = System.getProperty("os.arch", "").equals("aarch64") ? 61 : 217;

    private static final MethodHandle OPENAT = Downcalls.capturing("openat", ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    private static final MethodHandle GETDENTS64 = Downcalls.syscall(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG);
    private static final MethodHandle INOTIFY_INIT1 = Downcalls.capturing("inotify_init1", ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT);
    private static final MethodHandle INOTIFY_ADD_WATCH = Downcalls.capturing("inotify_add_watch",
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT);
    private static final MethodHandle LISTXATTR = Downcalls.capturing("listxattr", ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
    private static final MethodHandle REMOVEXATTR = Downcalls.capturing("removexattr", ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);

    private static final long SYS_FCNTL = System.getProperty("os.arch", "").equals("aarch64") ? 25 : 72;
    private static final long F_SETFL = 4;
    private static final MethodHandle FCNTL = Downcalls.syscall(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG);

    private FileCalls() {
    }

    /** Calls openat(2) relative to the working directory. */
    static int open(MemorySegment path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Downcalls.errnoState(arena);
            return (int) Downcalls.resultOrErrno(
                    (int) OPENAT.invokeExact(state, OpenFlags.AT_FDCWD, path.address(), flags, 0), state);
        } catch (Throwable t) {
            throw Syscalls.unexpected(t);
        } finally {
            Reference.reachabilityFence(path);
        }
    }

    /** Calls fcntl(2) with F_SETFL: of {@code flags} O_APPEND, O_DIRECT, O_NOATIME and O_NONBLOCK are set or not. */
    public static int setStatusFlags(int fd, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Downcalls.errnoState(arena);
            return (int) Downcalls.resultOrErrno((long) FCNTL.invokeExact(state, SYS_FCNTL, fd, F_SETFL, (long) flags),
                    state);
        } catch (Throwable t) {
            throw Syscalls.unexpected(t);
        }
    }

    /** Calls getdents64(2). */
    static int getdents(int fd, MemorySegment into) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Downcalls.errnoState(arena);
            return (int) Downcalls.resultOrErrno(
                    (long) GETDENTS64.invokeExact(state, SYS_GETDENTS64, fd, into.address(), into.byteSize()), state);
        } catch (Throwable t) {
            throw Syscalls.unexpected(t);
        } finally {
            Reference.reachabilityFence(into);
        }
    }

    /** Calls inotify_init1(2). */
    public static int inotifyInit(int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Downcalls.errnoState(arena);
            return (int) Downcalls.resultOrErrno((int) INOTIFY_INIT1.invokeExact(state, flags), state);
        } catch (Throwable t) {
            throw Syscalls.unexpected(t);
        }
    }

    /** Calls inotify_add_watch(2). */
    public static int inotifyAddWatch(int fd, String path, int mask) {
        MemorySegment nativePath = CString.allocate(path);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Downcalls.errnoState(arena);
            return (int) Downcalls.resultOrErrno(
                    (int) INOTIFY_ADD_WATCH.invokeExact(state, fd, nativePath.address(), mask), state);
        } catch (Throwable t) {
            throw Syscalls.unexpected(t);
        } finally {
            NativeMemory.free(nativePath);
        }
    }

    /** Calls listxattr(2); with an empty {@code into} it returns the size that is needed. */
    public static long listAttributes(String path, MemorySegment into) {
        MemorySegment nativePath = CString.allocate(path);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Downcalls.errnoState(arena);
            return Downcalls.resultOrErrno(
                    (long) LISTXATTR.invokeExact(state, nativePath.address(), into.address(), into.byteSize()), state);
        } catch (Throwable t) {
            throw Syscalls.unexpected(t);
        } finally {
            Reference.reachabilityFence(into);
            NativeMemory.free(nativePath);
        }
    }

    /** Calls removexattr(2). */
    public static int removeAttribute(String path, String attribute) {
        MemorySegment nativePath = CString.allocate(path);
        MemorySegment nativeName = CString.allocate(attribute);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Downcalls.errnoState(arena);
            return (int) Downcalls.resultOrErrno(
                    (int) REMOVEXATTR.invokeExact(state, nativePath.address(), nativeName.address()), state);
        } catch (Throwable t) {
            throw Syscalls.unexpected(t);
        } finally {
            NativeMemory.free(nativePath);
            NativeMemory.free(nativeName);
        }
    }
}
