package io.github.reactoruring.internal.plan;

/**
 * Names one disposed request that is in flight.
 *
 * @param userData the request's {@code user_data}
 * @param opcode the request's opcode
 * @param file the file entry that a cancel by file finds the request by, or {@link #NO_FILE}
 */
public record Disposed(long userData, int opcode, int file) {

    /** Stands for no file, or one the library does not own. */
    public static final int NO_FILE = -1;
}
