package io.github.reactoruring.internal.sys;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads this process's mounts, and says cheaply whether they have changed since: mount ids are used again, so that what
 * is known of one holds only until then.
 */
public final class MountTable {

    private static final String PATH = "/proc/self/mountinfo";
    private static final MethodHandle OPEN = Downcalls.capturing("open", ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT);
    private static final MethodHandle POLL = Downcalls.capturing("poll", ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT);
    private static final short POLLPRI = 2;

    private final MemorySegment errnoState = Downcalls.errnoState(Arena.global());
    /** struct pollfd: fd i32, events i16, revents i16. */
    private final MemorySegment pollfd = Arena.global().allocate(8, Integer.BYTES);
    private final int descriptor;

    /** Opens the table; for the life of the process. */
    public MountTable() {
        descriptor = open();
        pollfd.set(ValueLayout.JAVA_INT, 0, descriptor);
        pollfd.set(ValueLayout.JAVA_SHORT, 4, POLLPRI);
    }

    private int open() {
        try (Arena arena = Arena.ofConfined()) {
            return (int) Downcalls.resultOrErrno((int) OPEN.invokeExact(errnoState, arena.allocateFrom(PATH).address(),
                    OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC), errnoState);
        } catch (Throwable t) {
            throw Syscalls.unexpected(t);
        }
    }

    /** Says whether mounts came or went since the last time it said so; always, where the kernel does not tell. */
    public synchronized boolean changed() {
        try {
            return descriptor < 0 || (int) POLL.invokeExact(errnoState, pollfd.address(), 1L, 0) != 0;
        } catch (Throwable t) {
            throw Syscalls.unexpected(t);
        } finally {
            // Whose memory pollfd is.
            Reference.reachabilityFence(this);
        }
    }

    /** Reads the mounts as they are now. */
    public List<Mount> read() throws IOException {
        return Files.readAllLines(Path.of(PATH)).stream().map(MountTable::parse).toList();
    }

    /** Reads "36 35 98:0 /root /mount-point options [tags] - type source options". */
    private static Mount parse(String line) {
        String[] fields = line.split(" ", 4);
        String afterSeparator = line.substring(line.indexOf(" - ") + 3);
        return new Mount(Long.parseLong(fields[0]), afterSeparator.substring(0, afterSeparator.indexOf(' ')),
                fields[2].startsWith("0:"));
    }

    /**
     * One mount.
     *
     * @param id its number, used again after it has gone
     * @param type its filesystem: "ext4", "fuse.sshfs", …
     * @param virtualDevice whether the filesystem has no device of its own
     */
    public record Mount(long id, String type, boolean virtualDevice) {
    }
}
