package io.github.reactoruring.internal.ring.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import io.github.reactoruring.internal.ring.Descriptors;
import io.github.reactoruring.internal.sys.DirectIo;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.ErrnoException;
import io.github.reactoruring.internal.sys.FileCalls;
import io.github.reactoruring.internal.sys.FileIdentity;
import io.github.reactoruring.internal.sys.FileStatus;
import io.github.reactoruring.internal.sys.InotifyEvents;
import io.github.reactoruring.internal.sys.OpenFlags;
import io.github.reactoruring.internal.sys.Statx;
import io.github.reactoruring.internal.sys.Syscalls;

/** Asks the kernel, whose descriptors are the process's own. Stateless. */
public final class KernelDescriptors implements Descriptors {

    @Override
    public FileStatus status(int descriptor) throws ErrnoException {
        return atHand(descriptor, FileStatus.STATX_MASK, FileStatus::read);
    }

    @Override
    public FileIdentity identity(int descriptor) throws ErrnoException {
        return atHand(descriptor, FileIdentity.STATX_MASK, FileIdentity::read);
    }

    /** STATX_DIOALIGN: Linux 6.1. */
    @Override
    public DirectIo directIo(int descriptor) {
        try {
            return atHand(descriptor, DirectIo.STATX_MASK, DirectIo::read);
        } catch (ErrnoException e) {
            return DirectIo.UNKNOWN;
        }
    }

    /**
     * Asks of an open descriptor what the kernel has at hand.
     *
     * <p>AT_STATX_DONT_SYNC: a network filesystem answers from its cache, so that the call never waits for a server and
     * may run on a ring's thread. STATX on the ring would always go through a kernel worker, at 20 times the cost.
     *
     * @param mask what to ask for, STATX_*
     * @param reader reads the answer, which is gone afterwards
     */
    private static <T> T atHand(int descriptor, int mask, Function<MemorySegment, T> reader) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(Statx.BYTES, Long.BYTES);
            int result = Syscalls.statx(descriptor, arena.allocate(1), Statx.EMPTY_PATH | Statx.DONT_SYNC, mask,
                    status);
            if (result < 0) {
                throw new ErrnoException(-result, "statx");
            }
            return reader.apply(status);
        }
    }

    @Override
    public int setStatusFlags(int descriptor, int flags) {
        return FileCalls.setStatusFlags(descriptor, flags);
    }

    @Override
    public int pipe(int[] ends) {
        return Syscalls.pipe2(ends, OpenFlags.O_CLOEXEC);
    }

    @Override
    public boolean inheritRights(int descriptor, int directory, String name) {
        return InheritedRights.give(descriptor, directory, name);
    }

    @Override
    public int truncate(int descriptor, long sizeBytes) {
        return Syscalls.ftruncate(descriptor, sizeBytes);
    }

    @Override
    public int close(int descriptor) {
        return Syscalls.close(descriptor);
    }

    /** Not IN_NONBLOCK, which io_uring would take for "do not wait". */
    @Override
    public int inotify() {
        return FileCalls.inotifyInit(InotifyEvents.IN_CLOEXEC);
    }

    @Override
    public int addWatch(int inotify, String path, int mask) {
        return FileCalls.inotifyAddWatch(inotify, path, mask);
    }

    @Override
    public List<String> listAttributes(String path) throws ErrnoException {
        while (true) {
            long needed = FileCalls.listAttributes(path, MemorySegment.NULL);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment names = arena.allocate(Math.max(1, needed));
                long length = needed <= 0 ? needed : FileCalls.listAttributes(path, names);
                if (length >= 0) {
                    return split(names.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
                }
                // More of them came in between.
                if (length != -Errno.ERANGE) {
                    throw new ErrnoException((int) -length, "listxattr");
                }
            }
        }
    }

    private static List<String> split(byte[] terminated) {
        List<String> names = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < terminated.length; i++) {
            if (terminated[i] == 0) {
                names.add(new String(terminated, from, i - from, StandardCharsets.UTF_8));
                from = i + 1;
            }
        }
        return names;
    }

    @Override
    public int removeAttribute(String path, String attribute) {
        return FileCalls.removeAttribute(path, attribute);
    }
}
