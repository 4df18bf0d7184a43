package io.github.reactoruring.internal.source.file;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import io.github.reactoruring.internal.loop.FileTraits;
import io.github.reactoruring.internal.sys.FileStatus;
import io.github.reactoruring.internal.sys.MountTable;
import io.github.reactoruring.internal.sys.MountTable.Mount;

/**
 * Knows the filesystems on which a request may block inside the submission: on those, requests are forced to a kernel
 * worker (IOSQE_ASYNC), so that one slow file cannot stop the ring.
 *
 * <p>The mounts' types come from /proc/self/mountinfo, read again when the mounts have changed.
 */
public final class SlowFilesystems {

    private static final Set<String> FAST = Set.of("tmpfs", "ramfs", "devtmpfs", "proc", "sysfs", "overlay", "btrfs",
            "zfs", "bcachefs", "pipefs", "sockfs", "cgroup", "cgroup2", "debugfs", "tracefs", "hugetlbfs", "mqueue",
            "devpts", "rootfs", "squashfs", "erofs", "securityfs", "selinuxfs", "configfs", "efivarfs", "pstore", "bpf",
            "nsfs", "binfmt_misc", "fusectl", "autofs", "rpc_pipefs", "nfsd");
    private static final MountTable MOUNTS = new MountTable();
    private static volatile Known known = read();

    /** What one reading of the mounts gave; any may be slow where they could not be read. */
    private record Known(Map<Long, Boolean> slowByMount, boolean anySlow) {
    }

    private SlowFilesystems() {
    }

    /**
     * Says whether any file at all may be on a slow filesystem. A path does not tell where it leads, and an open of a
     * name that the kernel has at hand asks the filesystem at once.
     */
    static boolean mayBeOpened() {
        if (MOUNTS.changed()) {
            known = read();
        }
        return known.anySlow;
    }

    /** Says whether an open file is on one. An unknown mount counts as slow: the price is a hop, not a stopped ring. */
    public static boolean holds(FileStatus status) {
        if (!status.regular()) {
            return false;
        }
        Boolean slow = known.slowByMount.get(status.mountId());
        return slow == null ? status.virtualDevice() : slow;
    }

    /** Returns what a file opened with these flags is to the ring. */
    public static FileTraits traits(FileStatus status, int openFlags) {
        return new FileTraits(status.regular() && !holds(status), openFlags);
    }

    private static Known read() {
        Map<Long, Boolean> slowByMount = new HashMap<>();
        try {
            for (Mount mount : MOUNTS.read()) {
                slowByMount.put(mount.id(), isSlow(mount));
            }
            return new Known(slowByMount, slowByMount.containsValue(true));
        } catch (IOException | RuntimeException e) {
            return new Known(Map.of(), true);
        }
    }

    /** FUSE is slow even on a device of its own, as "fuseblk". */
    static boolean isSlow(Mount mount) {
        String type = mount.type();
        return !FAST.contains(type) && (mount.virtualDevice() || type.startsWith("fuse"));
    }
}
