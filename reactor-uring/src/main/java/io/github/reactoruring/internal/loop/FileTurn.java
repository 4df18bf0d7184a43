package io.github.reactoruring.internal.loop;

/** Who is at its turn on one file, as far as the file knows; {@link FileTurns} has the rules. */
abstract class FileTurn {

    /** Learns that a request, which may have had the turn, is over. */
    abstract void end(Object request);
}
