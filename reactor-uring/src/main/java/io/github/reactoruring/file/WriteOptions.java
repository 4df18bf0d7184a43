package io.github.reactoruring.file;

import java.util.Objects;

/**
 * Says how a stream of buffers is written to a file. Immutable: each method returns a changed copy.
 *
 * @param creation whether the file may, must or must not be there
 * @param start where writing starts
 * @param position the first byte to write where {@code start} is {@link Start#POSITION}, else 0
 * @param maxInFlight the most buffers that are requested from the source and not yet written, 1 to 32768
 * @param sync what is made sure to be on the disk before the write completes
 * @param partial what becomes of the file when the write fails or is cancelled
 */
public record WriteOptions(Creation creation, Start start, long position, int maxInFlight, Sync sync,
        Partial partial) {

    /** Whether the file may, must or must not be there. */
    public enum Creation {
        /** Opens an existing file only; a missing one is {@link java.nio.file.NoSuchFileException}. */
        NEVER,
        /** Creates the file if it is missing. */
        IF_MISSING,
        /** Creates the file; an existing one is {@link java.nio.file.FileAlreadyExistsException}. */
        NEW
    }

    /** Where writing starts. */
    public enum Start {
        /** At 0, the former content gone with the first buffer, or at the end of a source without any. */
        TRUNCATE,
        /** Always at the end, wherever that is by then (O_APPEND): one write after the other. */
        APPEND,
        /** At {@link WriteOptions#position}; what is there is written over, the rest stays. */
        POSITION
    }

    /** What is made sure to be on the disk before the write completes. */
    public enum Sync {
        /** Nothing: the kernel writes it when it sees fit, some 30 seconds later. */
        NONE,
        /** The content, and of the metadata what is needed to read it (fdatasync); not the name of a new file. */
        DATA,
        /**
         * Also all metadata (fsync), and, unless the file had to be there ({@link Creation#NEVER}), its name: the directory is
         * synced too, where its filesystem can do that, and must be one that may be read.
         */
        ALL
    }

    /** What becomes of the file when the write fails or is cancelled. */
    public enum Partial {
        /**
         * The file stays, with a prefix of what was to be written: where later buffers were written and an earlier one was
         * not, it is truncated to what is whole. One that was there stays as it was if nothing came at all. With {@link Start#POSITION} it is not, and what lies between is unknown.
         */
        KEEP,
        /**
         * The file is deleted; but not one that was there before and of which nothing was written over yet, since it
         * still holds what it held. One that is no regular file stays, and so does what is at the path by then and is not the
         * file that was written: another that was put in its place, or a symbolic link that led to it.
         */
        DELETE
    }

    private static final int MOST_IN_FLIGHT = 32_768;
    private static final WriteOptions DEFAULTS = new WriteOptions(Creation.IF_MISSING, Start.TRUNCATE, 0, 16,
            Sync.NONE, Partial.KEEP);

    /** Checks the values, and that they do not contradict each other. */
    public WriteOptions {
        Objects.requireNonNull(creation, "creation");
        Objects.requireNonNull(start, "start");
        Objects.requireNonNull(sync, "sync");
        Objects.requireNonNull(partial, "partial");
        check(position >= 0, "position must be 0 or more, not " + position);
        check(position == 0 || start == Start.POSITION, "a position does not go with " + start);
        check(maxInFlight >= 1 && maxInFlight <= MOST_IN_FLIGHT,
                "maxInFlight must be 1 to " + MOST_IN_FLIGHT + ", not " + maxInFlight);
        check(partial == Partial.KEEP || start == Start.TRUNCATE || creation == Creation.NEW,
                "a partial file cannot be deleted where it held something before: " + start + " and " + partial
                        + " go together only with " + Creation.NEW);
    }

    /**
     * Returns: create the file or truncate it, 16 buffers in flight, no sync, a partial file stays.
     */
    public static WriteOptions defaults() {
        return DEFAULTS;
    }

    /** Changes whether the file may, must or must not be there. */
    public WriteOptions withCreation(Creation when) {
        return new WriteOptions(when, start, position, maxInFlight, sync, partial);
    }

    /** Writes at the end. */
    public WriteOptions append() {
        return new WriteOptions(creation, Start.APPEND, 0, maxInFlight, sync, partial);
    }

    /** Writes over what is at {@code bytes}. */
    public WriteOptions from(long bytes) {
        return new WriteOptions(creation, Start.POSITION, bytes, maxInFlight, sync, partial);
    }

    /** Writes from 0, the former content gone. */
    public WriteOptions truncate() {
        return new WriteOptions(creation, Start.TRUNCATE, 0, maxInFlight, sync, partial);
    }

    /** Changes how many buffers are requested from the source and not yet written. */
    public WriteOptions withMaxInFlight(int buffers) {
        return new WriteOptions(creation, start, position, buffers, sync, partial);
    }

    /** Changes what is made sure to be on the disk. */
    public WriteOptions withSync(Sync what) {
        return new WriteOptions(creation, start, position, maxInFlight, what, partial);
    }

    /** Changes what becomes of a partial file. */
    public WriteOptions withPartial(Partial what) {
        return new WriteOptions(creation, start, position, maxInFlight, sync, what);
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
