package io.github.reactoruring.internal.source.path;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Objects;

import io.github.reactoruring.internal.sys.PathName;

/** Turns paths into the names that the ring's requests take. */
public final class Paths {

    /**
     * Whether relative paths are not the kernel's: it resolves them by the directory the process is in, java.nio.file by
     * {@code -Duser.dir}, where that is given.
     */
    private static final boolean ELSEWHERE = isElsewhere();

    private Paths() {
    }

    private static boolean isElsewhere() {
        try {
            return !Path.of("").toAbsolutePath().equals(Path.of("/proc/self/cwd").toRealPath());
        } catch (IOException e) {
            // An absolute path is right everywhere.
            return true;
        }
    }

    /**
     * Returns the name of {@code path}, with its own bytes, by which the kernel finds what java.nio.file finds.
     *
     * @throws IllegalArgumentException if it is not one of the default filesystem
     */
    public static String name(Path path) {
        requireDefault(path);
        return PathName.of(ELSEWHERE ? path.toAbsolutePath() : path);
    }

    /** Returns {@code path} as it is, for a symbolic link to hold: a relative one is resolved where the link is. */
    public static String text(Path path) {
        requireDefault(path);
        return PathName.of(path);
    }

    private static void requireDefault(Path path) {
        Objects.requireNonNull(path, "path");
        if (path.getFileSystem() != FileSystems.getDefault()) {
            throw new IllegalArgumentException("The kernel opens paths of the default filesystem only, not " + path
                    + " of " + path.getFileSystem());
        }
    }
}
