package io.github.reactoruring.file;

/**
 * Holds the two ends of a pipe; each is to be closed.
 *
 * @param source what is read from
 * @param sink what is written to
 */
public record UringPipe(UringFile source, UringFile sink) {
}
