package io.github.reactoruring.spring;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;

/** Tells resources that are files on a disk from those that are not. */
final class LocalFiles {

    private LocalFiles() {
    }

    /** Returns the resource's path in the default filesystem, or null: in a jar, in memory, behind a URL. */
    static @Nullable Path pathOf(Resource resource) {
        if (!resource.isFile()) {
            return null;
        }
        try {
            Path path = resource.getFilePath();
            return isLocal(path) ? path : null;
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }

    static boolean isLocal(Path path) {
        return path.getFileSystem() == FileSystems.getDefault();
    }
}
