package io.github.reactoruring.internal.plan;

/**
 * Counts what is in flight on one ring, for the planner to compare with what was disposed.
 * <p>
 * Everything whose final CQE has not been reaped counts, requests whose cancel is already on its way included: an ALL
 * cancel can match all of it.
 */
public interface InFlightCounts {

    /** Returns all requests in flight on the ring, the loop's own included. */
    int total();

    /** Returns the requests of one opcode, the loop's own included. */
    int withOpcode(int opcode);

    /** Returns the requests of every opcode on one file entry, but for those that a cancel by file never matches. */
    int onFile(int file);

    /** Returns the requests of one opcode on one file entry. */
    int onFileWithOpcode(int file, int opcode);

    /**
     * Tells whether a cancel by file finds exactly the requests counted on this file entry: the library owns it, its
     * number was never handed out, and none of its requests is forced async or waits in a link.
     */
    boolean fileMatchable(int file);

    /** Returns what goes into a cancel's {@code fd} for this file entry: a file descriptor or a fixed slot. */
    int fileDescriptor(int file);

    /** Tells whether {@link #fileDescriptor} is a fixed slot. */
    boolean fileIsFixed(int file);
}
