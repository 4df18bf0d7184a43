package io.github.reactoruring.testing.fuse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.Syscalls;

/**
 * Mounts a FUSE filesystem, and passes the messages of /dev/fuse: one read(2) a request, one write(2) a reply.
 *
 * <p><b>Threads:</b> one receives, any replies.
 */
@SuppressWarnings("restricted")
final class FuseDevice {

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle OPEN = LINKER.downcallHandle(
            LINKER.defaultLookup().find("open").orElseThrow(),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            Linker.Option.captureCallState("errno"), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle MOUNT = LINKER.downcallHandle(
            LINKER.defaultLookup().find("mount").orElseThrow(),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG, ValueLayout.ADDRESS),
            Linker.Option.captureCallState("errno"));
    private static final MethodHandle UMOUNT2 = LINKER.downcallHandle(
            LINKER.defaultLookup().find("umount2").orElseThrow(),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            Linker.Option.captureCallState("errno"));

    private static final int O_RDWR_CLOEXEC = 0x2 | 0x80000;
    private static final long MS_NOSUID_NODEV = 0x2 | 0x4;
    /** FORCE ends what waits for an answer, DETACH unmounts though files may be open. */
    private static final int MNT_FORCE_DETACH = 0x1 | 0x2;
    private static final int ENODEV = 19;
    private static final int ECONNABORTED = 103;
    /** One request and its data: the largest write, the headers, and what the kernel wants to see at least. */
    private static final int MESSAGE_BYTES = FuseFormat.MAX_WRITE_BYTES + 8192;

    private final int descriptor;
    private final Path mountPoint;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment incoming = arena.allocate(MESSAGE_BYTES, Long.BYTES);
    private boolean closed;

    private FuseDevice(int descriptor, Path mountPoint) {
        this.descriptor = descriptor;
        this.mountPoint = mountPoint;
    }

    /** Opens the device and mounts it; needs root. The kernel's first message waits to be received. */
    static FuseDevice mount(String subtype, Path mountPoint) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int descriptor = (int) OPEN.invokeExact(state, arena.allocateFrom("/dev/fuse"), O_RDWR_CLOEXEC);
            check(descriptor, state, "open(/dev/fuse)");
            String options = "fd=" + descriptor + ",rootmode=40000,user_id=0,group_id=0";
            int result = (int) MOUNT.invokeExact(state, arena.allocateFrom(subtype),
                    arena.allocateFrom(mountPoint.toString()), arena.allocateFrom("fuse." + subtype), MS_NOSUID_NODEV,
                    arena.allocateFrom(options));
            if (result < 0) {
                int errno = (int) ERRNO.get(state, 0L);
                Syscalls.close(descriptor);
                throw new IOException("mount(" + mountPoint + "): " + Errno.name(errno));
            }
            return new FuseDevice(descriptor, mountPoint);
        } catch (IOException e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    /** Waits for the next request; null when there is no filesystem any more. Valid until the next call. */
    @Nullable
    ByteBuffer receive() {
        while (true) {
            long result = Syscalls.read(descriptor, incoming);
            if (result >= 0) {
                return incoming.asSlice(0, result).asByteBuffer().order(ByteOrder.nativeOrder());
            }
            if (result == -ENODEV || result == -ECONNABORTED) {
                return null;
            }
            if (result != -Errno.EINTR && result != -Errno.EAGAIN && result != -Errno.ENOENT) {
                throw new UncheckedIOException(new IOException("read(/dev/fuse): " + Errno.name((int) -result)));
            }
        }
    }

    /** Answers a request; one that the kernel has given up meanwhile gets none. */
    synchronized void reply(ByteBuffer message) {
        if (closed) {
            return;
        }
        try (Arena confined = Arena.ofConfined()) {
            MemorySegment outgoing = confined.allocate(message.remaining());
            outgoing.copyFrom(MemorySegment.ofBuffer(message));
            long result = Syscalls.write(descriptor, outgoing);
            if (result < 0 && result != -Errno.ENOENT && result != -ENODEV && result != -ECONNABORTED) {
                throw new UncheckedIOException(new IOException("write(/dev/fuse): " + Errno.name((int) -result)));
            }
        }
    }

    /** Unmounts at once, whatever is open or waiting: what waits fails with ECONNABORTED, the receiver gets null. */
    void unmount() {
        try (Arena confined = Arena.ofConfined()) {
            MemorySegment state = confined.allocate(STATE);
            int result = (int) UMOUNT2.invokeExact(state, confined.allocateFrom(mountPoint.toString()),
                    MNT_FORCE_DETACH);
            check(result, state, "umount2(" + mountPoint + ")");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    /** Closes the device, when nobody receives any more. */
    synchronized void close() {
        if (!closed) {
            closed = true;
            Syscalls.close(descriptor);
            arena.close();
        }
    }

    private static void check(int result, MemorySegment state, String call) throws IOException {
        if (result < 0) {
            throw new IOException(call + ": " + Errno.name((int) ERRNO.get(state, 0L)));
        }
    }
}
