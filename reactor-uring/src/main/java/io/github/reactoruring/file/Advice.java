package io.github.reactoruring.file;

/** Says how a file is going to be read, for the kernel's page cache (posix_fadvise(2)). A hint, without promise. */
public enum Advice {

    /** Nothing in particular. */
    NORMAL,
    /** Here and there: no read-ahead. */
    RANDOM,
    /** From front to back: twice the read-ahead. */
    SEQUENTIAL,
    /** Soon: reading starts now. */
    WILL_NEED,
    /** Not again: clean pages may go. */
    DONT_NEED,
    /** Once. */
    NO_REUSE
}
