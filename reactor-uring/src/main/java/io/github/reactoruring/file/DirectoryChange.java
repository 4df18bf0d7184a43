package io.github.reactoruring.file;

import java.nio.file.Path;

/**
 * Says what happened in a watched directory (inotify(7)).
 *
 * @param kind what happened
 * @param path to what: the directory's path resolved by the name; the directory's own for WATCHING, DIRECTORY_MOVED,
 *     OVERFLOW, and a change of its own attributes
 * @param directory whether that is a directory
 * @param cookie the same number for the MOVED_FROM and the MOVED_TO of one rename; 0 for all other kinds
 */
public record DirectoryChange(Kind kind, Path path, boolean directory, int cookie) {

    /** Returns the last name of {@link #path}, as {@link FileNames#text} has it: what may be told to a client. */
    public String name() {
        Path name = path.getFileName();
        return name == null ? "" : FileNames.text(name);
    }

    /** Names what can happen. */
    public enum Kind {
        /** The watch is in place: whatever happens from here on is told. Always the first element. */
        WATCHING,
        /** Something was made in the directory, or linked into it. */
        CREATED,
        /** A file's content changed; once for many writes in a row that are alike. */
        MODIFIED,
        /** A file that was open for writing was closed: a good moment to read it. */
        WRITTEN,
        /** Permissions, times, owner, links or extended attributes changed: of an entry, or of the directory itself. */
        ATTRIBUTES,
        /** Something was removed from the directory. */
        DELETED,
        /** An entry left this name, for elsewhere or for another name here. */
        MOVED_FROM,
        /** An entry came to this name. What it replaced is not told of. */
        MOVED_TO,
        /** The directory itself was renamed: it is still watched, and {@link #path} still has the old path. */
        DIRECTORY_MOVED,
        /** More happened than the kernel keeps (fs.inotify.max_queued_events): look at the whole directory again. */
        OVERFLOW;

        /** Says whether it can be asked for; the others come unasked. */
        public boolean isChoice() {
            return ordinal() > WATCHING.ordinal() && ordinal() < DIRECTORY_MOVED.ordinal();
        }
    }
}
