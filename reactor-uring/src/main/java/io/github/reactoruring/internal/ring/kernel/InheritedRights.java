package io.github.reactoruring.internal.ring.kernel;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.reactoruring.internal.sys.CString;
import io.github.reactoruring.internal.sys.Errno;
import io.github.reactoruring.internal.sys.FileIdentity;
import io.github.reactoruring.internal.sys.FileRights;
import io.github.reactoruring.internal.sys.NativeMemory;
import io.github.reactoruring.internal.sys.RightsCalls;
import io.github.reactoruring.internal.sys.Statx;
import io.github.reactoruring.internal.sys.Syscalls;

/**
 * Gives a new file, which only its owner may use so far, the owner, group, mode and access control list of the one it is to
 * replace; of a symbolic link, those of what it leads to.
 *
 * <p>Invariant: at no moment, and whatever the kernel refuses, may somebody do with it what he might not with the old one:
 * the group comes before the bits that are its, the owner last, when nothing is left that only an owner may do.
 *
 * <p>Blocks. See docs/decisions/0024-replacing-gives-nobody-more.md.
 */
final class InheritedRights {

    private static final String ACL = "system.posix_acl_access";
    /** XATTR_SIZE_MAX. */
    private static final int MOST_BYTES = 65_536;
    private static final int OF_A_NEW_FILE = 0666;
    private static final int NOBODY_ELSES = 077;
    private static final int UNCHANGED = -1;

    private final int file;
    private final int directory;
    private final String name;
    private final Arena arena;

    private InheritedRights(int file, int directory, String name, Arena arena) {
        this.file = file;
        this.directory = directory;
        this.name = name;
        this.arena = arena;
    }

    /**
     * Gives {@code file} what {@code name} in {@code directory} has; where nothing is there any more, what a new one gets. Says
     * whether something is there.
     */
    static boolean give(int file, int directory, String name) {
        try (Arena arena = Arena.ofConfined()) {
            return new InheritedRights(file, directory, name, arena).give();
        }
    }

    private boolean give() {
        MemorySegment status = arena.allocate(Statx.BYTES, Long.BYTES);
        int found = statx(directory, name, 0, FileRights.STATX_MASK | FileIdentity.STATX_MASK, status);
        if (found == -Errno.ENOENT || found == -Errno.ELOOP || found == -Errno.ENOTDIR) {
            RightsCalls.changeMode(file, OF_A_NEW_FILE & ~umask());
            return isLink();
        }
        if (found >= 0) {
            MemorySegment list = list();
            FileRights old = FileRights.read(status, list == null || list.byteSize() > 0);
            if (FileIdentity.read(status).regular()) {
                give(old, list);
            } else {
                // What lets enter a directory would let run a file.
                give(old.withoutExecution(), null);
            }
        }
        // What cannot be looked at has readers nobody knows of: it stays its owner's.
        return true;
    }

    /** Says whether the name is that of a link, which leads nowhere, and not that of nothing. */
    private boolean isLink() {
        MemorySegment status = arena.allocate(Statx.BYTES, Long.BYTES);
        int found = statx(directory, name, Statx.SYMLINK_NOFOLLOW, Statx.STATX_TYPE, status);
        return found >= 0 && Statx.type(Statx.mode(status)) == Statx.S_IFLNK;
    }

    private void give(FileRights old, @Nullable MemorySegment list) {
        FileRights made = own();
        if (made.group() != old.group()) {
            RightsCalls.changeOwner(file, UNCHANGED, old.group());
            made = own();
        }
        boolean sameGroup = made.group() == old.group();
        // One that a directory gave it would let in whom the old one kept out.
        RightsCalls.removeAttribute(file, ACL);
        boolean carried = sameGroup && list != null && list.byteSize() > 0
                && RightsCalls.setAttribute(file, ACL, list) >= 0;
        if (!carried) {
            RightsCalls.changeMode(file, old.modeIn(made.group()));
        }
        if (made.user() != old.user()) {
            RightsCalls.changeOwner(file, old.user(), UNCHANGED);
        }
    }

    /** Returns what the new file has; of one that does not tell, nothing that is anybody's. */
    private FileRights own() {
        MemorySegment status = arena.allocate(Statx.BYTES, Long.BYTES);
        int result = statx(file, "", Statx.EMPTY_PATH, FileRights.STATX_MASK, status);
        return result < 0 ? FileRights.UNKNOWN : FileRights.read(status, false);
    }

    /** Returns the old one's access control list, empty where it has none, or null where that is not to be had. */
    private @Nullable MemorySegment list() {
        MemorySegment value = arena.allocate(MOST_BYTES, Long.BYTES);
        long length = RightsCalls.attribute("/proc/self/fd/" + directory + "/" + name, ACL, value);
        if (length >= 0) {
            return value.asSlice(0, length);
        }
        return length == -Errno.ENODATA || length == -Errno.EOPNOTSUPP ? value.asSlice(0, 0) : null;
    }

    private static int statx(int at, String path, int flags, int mask, MemorySegment status) {
        MemorySegment nativePath = CString.allocate(path);
        try {
            return Syscalls.statx(at, nativePath, flags, mask, status);
        } finally {
            NativeMemory.free(nativePath);
        }
    }

    /** Reads it where that changes nothing (Linux 4.7): umask(2) would set it for all threads. */
    private static int umask() {
        try {
            List<String> lines = Files.readAllLines(Path.of("/proc/self/status"));
            for (String line : lines) {
                if (line.startsWith("Umask:")) {
                    return Integer.parseInt(line.substring("Umask:".length()).trim(), 8);
                }
            }
        } catch (IOException | NumberFormatException e) {
            // Then it is the strictest.
        }
        return NOBODY_ELSES;
    }
}
