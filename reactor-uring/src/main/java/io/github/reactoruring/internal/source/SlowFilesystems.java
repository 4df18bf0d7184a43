package io.github.reactoruring.internal.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.reactoruring.internal.sys.FileStatus;

/**
 * Knows the filesystems on which a read may block inside the submission: on those, requests are forced to a kernel
 * worker (IOSQE_ASYNC), so that one slow file cannot stop the ring.
 *
 * <p>Only a filesystem without a device of its own can be one; its type is looked up once for each mount, in
 * /proc/self/mountinfo.
 */
final class SlowFilesystems {

    private static final Set<String> FAST = Set.of("tmpfs", "ramfs", "devtmpfs", "proc", "sysfs", "overlay", "btrfs",
            "zfs", "bcachefs", "pipefs", "sockfs", "cgroup2", "debugfs", "tracefs", "hugetlbfs", "mqueue", "devpts",
            "rootfs", "squashfs", "erofs");
    private static final Map<Long, Boolean> SLOW_BY_MOUNT = new ConcurrentHashMap<>();

    private SlowFilesystems() {
    }

    static boolean holds(FileStatus status) {
        if (!status.virtualDevice() || !status.regular()) {
            return false;
        }
        return SLOW_BY_MOUNT.computeIfAbsent(status.mountId(), SlowFilesystems::lookUp);
    }

    /** An unknown type counts as slow: the price is a worker's hop, not a stopped ring. */
    private static boolean lookUp(long mountId) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
                if (line.startsWith(mountId + " ")) {
                    String afterSeparator = line.substring(line.indexOf(" - ") + 3);
                    return !FAST.contains(afterSeparator.substring(0, afterSeparator.indexOf(' ')));
                }
            }
            return true;
        } catch (IOException | RuntimeException e) {
            return true;
        }
    }
}
