package io.github.reactoruring.internal.source.path;

import java.nio.file.FileSystems;
import java.nio.file.Path;

import io.github.reactoruring.internal.sys.PathName;

/** Turns paths into the names that the ring's requests take. */
public final class Paths {

    private Paths() {
    }

    /**
     * Returns the name of {@code path}, with its own bytes.
     *
     * @throws IllegalArgumentException if it is not one of the default filesystem
     */
    public static String name(Path path) {
        if (path.getFileSystem() != FileSystems.getDefault()) {
            throw new IllegalArgumentException("The kernel opens paths of the default filesystem only, not " + path
                    + " of " + path.getFileSystem());
        }
        return PathName.of(path);
    }
}
