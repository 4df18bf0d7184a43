package io.github.reactoruring.file;

import java.nio.file.Path;

/**
 * Names something in a directory.
 *
 * @param path the directory's path as it was given, resolved by the name; the name has its own bytes, whether or not
 *     they are characters
 * @param type what it is; symbolic links are not followed
 */
public record DirectoryEntry(Path path, FileType type) {

    /** Says whether it is a directory, not a link to one. */
    public boolean isDirectory() {
        return type == FileType.DIRECTORY;
    }
}
