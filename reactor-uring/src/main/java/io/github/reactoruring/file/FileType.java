package io.github.reactoruring.file;

/** Says what kind of file something is. */
public enum FileType {
    /** A regular file. */
    REGULAR,
    /** A directory. */
    DIRECTORY,
    /** A symbolic link. */
    SYMBOLIC_LINK,
    /** A named pipe. */
    FIFO,
    /** A socket of the file system. */
    SOCKET,
    /** A device of characters, such as a terminal. */
    CHARACTER_DEVICE,
    /** A device of blocks, such as a disk. */
    BLOCK_DEVICE,
    /** Anything else, or gone before it could be asked. */
    UNKNOWN
}
